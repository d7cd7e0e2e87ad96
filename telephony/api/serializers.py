"""Telephony's objects as JSON: times in ISO 8601, lengths in seconds, people by their user name."""

from __future__ import annotations

from typing import Any

from django.utils.functional import cached_property
from rest_framework import serializers

from telephony.dialing.orders import dial
from telephony.dialing.words import told
from telephony.models import Call, CallLeg, CallResult, Dial, Extension, Recording
from telephony.ui.causes import why_lost


class LegSerializer(serializers.ModelSerializer[CallLeg]):
    """One employee's part in a call."""

    user = serializers.SlugRelatedField[Any]("username", read_only=True, allow_null=True)

    class Meta:
        model = CallLeg
        fields = (
            *("role", "extension_number", "user", "status"),
            *("rang_at", "answered_at", "ended_at", "talk_seconds", "is_transfer", "end_is_inferred"),
        )
        read_only_fields = fields


class ResultSerializer(serializers.ModelSerializer[CallResult]):
    """What somebody says came of a call. `disposition` is one of the results of calls; null where none was chosen."""

    user = serializers.SlugRelatedField[Any]("username", read_only=True, allow_null=True)
    disposition = serializers.SlugRelatedField[Any]("label", read_only=True, allow_null=True)
    changed_by = serializers.SlugRelatedField[Any](
        "username", read_only=True, allow_null=True, help_text="Who wrote it last, if it was not the user."
    )

    class Meta:
        model = CallResult
        fields = ("user", "disposition", "note", "at", "changed_by")
        read_only_fields = fields


class RecordingSerializer(serializers.ModelSerializer[Recording]):
    """A recording of a call, never with the PBX's own link."""

    class Meta:
        model = Recording
        fields = (
            *("id", "call", "position", "state", "seconds", "size", "sha256"),
            *("content_type", "created_at", "stored_at", "held"),
        )
        read_only_fields = fields


class CallSerializer(serializers.ModelSerializer[Call]):
    """One call, as its events say so far."""

    responsible = serializers.SlugRelatedField[Any]("username", read_only=True, allow_null=True)
    contact_name = serializers.SerializerMethodField(help_text="Name of the contact; null for an unknown number.")
    legs = LegSerializer(many=True, read_only=True)
    recordings = serializers.SerializerMethodField(help_text="Those that you may listen to.")
    results = ResultSerializer(source="said_rows", many=True, read_only=True)
    cause = serializers.SerializerMethodField(
        help_text="Why nobody answered, by the PBX or by what is known here; null for a call that was not lost."
    )
    cause_text = serializers.SerializerMethodField(help_text="The cause as a sentence.")
    advice = serializers.SerializerMethodField(help_text="What to change about it.")

    class Meta:
        model = Call
        fields = (
            *("id", "connection", "external_id", "direction", "status", "client_raw", "client_e164", "our_number"),
            *("started_at", "ringing_at", "answered_at", "ended_at", "ring_seconds", "talk_seconds"),
            *("end_reason", "end_reason_said", "cause", "cause_text", "advice"),
            *("responsible", "contact", "contact_name", "legs", "recordings", "results", "tracking"),
        )
        read_only_fields = fields

    def get_cause(self, call: Call) -> str | None:
        why = why_lost(call)
        return str(why.cause) if why else None

    def get_cause_text(self, call: Call) -> str | None:
        why = why_lost(call)
        return why.sentence if why else None

    def get_advice(self, call: Call) -> str | None:
        why = why_lost(call)
        return why.advice if why else None

    def get_contact_name(self, call: Call) -> str | None:
        return str(call.contact) if call.contact else None

    def get_recordings(self, call: Call) -> list[int]:
        return [recording.pk for recording in call.recordings.all() if recording.pk in self._audible]

    @cached_property
    def _audible(self) -> set[int]:
        """Asked once for all the calls of an answer."""
        calls: Any = [self.instance] if self.parent is None else self.parent.instance
        found: set[int] = self.context["audible"](calls)
        return found


class ExtensionSerializer(serializers.ModelSerializer[Extension]):
    """Whose phone is which at a PBX. The key of a user at Mobilon opens click-to-call, so it is left out."""

    user = serializers.SlugRelatedField[Any]("username", read_only=True)

    class Meta:
        model = Extension
        fields = ("id", "connection", "user", "number")
        read_only_fields = fields


class DialSerializer(serializers.ModelSerializer[Dial]):
    """An order to call: the own phone rings first, then the number is called.

    `state` is what is known of it so far, `ordered` while the PBX is being told; `text` says it in words. Whatever
    went wrong is told so, with status 202 as well: the order was taken, and is not repeated.
    """

    phone = serializers.CharField(source="phone_raw", max_length=200, help_text="The number to call, in any form.")
    extension = serializers.PrimaryKeyRelatedField(
        queryset=Extension.objects.all(),
        required=False,
        help_text="Which of your own phones is to ring; default: the one last used with this client.",
    )
    state = serializers.CharField(source="outcome", read_only=True)
    error_code = serializers.CharField(source="problem", read_only=True)
    text = serializers.SerializerMethodField()

    class Meta:
        model = Dial
        fields = ("id", "phone", "extension", "state", "error_code", "text", "call", "ordered_at", "answered_at")
        read_only_fields = ("call", "ordered_at", "answered_at")

    def get_text(self, order: Dial) -> str:
        return str(told(order).text)

    def create(self, validated_data: dict[str, Any]) -> Dial:
        extension = validated_data.get("extension")
        return dial(
            user=self.context["request"].user,
            number=validated_data["phone_raw"],
            key=self.context["key"],
            extension_id=extension.pk if extension else None,
        )
