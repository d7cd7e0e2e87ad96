"""Calls, and the events that they are made of. Only calls/apply.py writes them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Right
from django.utils.translation import gettext_lazy as _

from telephony import conf
from telephony.domain import events, numbers
from telephony.models.choices import DirectionChoice, EndReasonChoice, StatusChoice
from telephony.models.connection import Connection
from telephony.models.delivery import Delivery
from telephony.models.encrypted import PartlyEncryptedJSONField

OUR_NUMBERS_END = Right("our_number", 10)
"""What a PBX's spellings of one of our numbers share; there is an index for it."""


class Call(models.Model):
    """One call: what its events, folded, say (telephony/domain/fold/call.py)."""

    class Flag(models.TextChoices):
        SEVERAL_OPEN = "several_open", _("its end named no call, and several calls of this number were open")
        NO_START_SEEN = "no_start_seen", _("its end named no call, and no call of this number was open")
        ERASED = "erased", _("the client's number was erased")

    connection = models.ForeignKey(
        Connection,
        models.CASCADE,
        db_index=False,  # The first column of call_of_connection.
        related_name="calls",
        verbose_name=_("connection"),
        help_text=_("At which PBX."),
    )
    external_id = models.CharField(
        _("call id"),
        max_length=200,
        help_text=_("The PBX's id of the call; made here (“anonymous-…”) if it sent none."),
    )
    direction = models.CharField(
        _("direction"), max_length=10, choices=DirectionChoice, help_text=_("Who called whom.")
    )
    status = models.CharField(_("status"), max_length=10, choices=StatusChoice, help_text=_("State or outcome."))
    client_raw = models.CharField(
        _("client's number as received"), max_length=200, blank=True, help_text=_("Exactly as the PBX wrote it.")
    )
    client_e164 = models.CharField(
        _("client's number"), max_length=16, blank=True, help_text=_("In E.164, where it is valid.")
    )
    client_match = models.CharField(
        max_length=50, blank=True, editable=False, help_text=_("Its last 10 digits, for matching.")
    )
    our_number = models.CharField(
        _("our number"), max_length=200, blank=True, help_text=_("The company's number that was dialled or shown.")
    )
    started_at = models.DateTimeField(_("started"), help_text=_("When the call came in or was begun."))
    ringing_at = models.DateTimeField(_("rang"), null=True, blank=True, help_text=_("When the first phone rang."))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, help_text=_("When somebody answered."))
    ended_at = models.DateTimeField(
        _("ended"), null=True, blank=True, help_text=_("When it ended; empty while it goes on.")
    )
    ring_seconds = models.PositiveIntegerField(
        _("waited, s"), null=True, blank=True, help_text=_("From the start to the answer, or to the end without one.")
    )
    talk_seconds = models.PositiveIntegerField(
        _("talked, s"), null=True, blank=True, help_text=_("Length of the talk; empty while it goes on or unknown.")
    )
    end_reason = models.CharField(
        _("why nobody talked"),
        max_length=20,
        blank=True,
        default="",
        db_default="",
        choices=EndReasonChoice,
        help_text=_("As the PBX says it; empty where it doesn't, and for calls that were answered."),
    )
    end_reason_said = models.CharField(
        _("the PBX's word for it"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text=_("As it stands in the message."),
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,  # The first column of call_of_responsible.
        related_name="calls",
        verbose_name=_("responsible"),
        help_text=_("Who talked longest; of a missed call, whose phone rang last."),
    )
    contact = models.ForeignKey(
        conf.contact_model(),
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,  # The first column of call_of_contact.
        related_name="calls",
        verbose_name=_("contact"),
        help_text=_("Whose number it is, if exactly one contact has it; of several, the one that somebody chose."),
    )
    tracking = models.JSONField(_("tracking"), default=dict, blank=True, help_text=_("Roistat and utm values."))
    conflicts = models.JSONField(
        _("contradictions"), default=list, blank=True, help_text=_("Facts on which the PBX's messages disagree.")
    )
    told_version = models.PositiveIntegerField(default=0, editable=False, help_text=_("How often others were told."))
    is_test = models.BooleanField(default=False, db_default=False, editable=False, help_text=_("Played by ourselves."))
    flag = models.CharField(
        _("remark"), max_length=20, choices=Flag, blank=True, help_text=_("What is remarkable about this call.")
    )

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-started_at", "-id"]
        # The id comes first: it is also looked for by itself.
        constraints = [models.UniqueConstraint(fields=["external_id", "connection"], name="call_once")]
        permissions = [
            ("see_own_calls", _("Can see own calls")),
            ("see_team_calls", _("Can see the own team's calls")),
            ("see_all_calls", _("Can see all calls")),
        ]
        indexes = [
            # Not by db_index: PostgreSQL would keep a second one of each text, for texts that begin alike.
            models.Index(fields=["client_e164"], name="call_of_number"),
            models.Index(fields=["client_match", "-started_at"], name="call_of_last_digits"),
            models.Index(fields=["-started_at", "-id"], name="call_newest_first"),
            models.Index(fields=["connection", "-started_at"], name="call_of_connection"),
            models.Index(fields=["contact", "-started_at", "-id"], name="call_of_contact"),
            models.Index(fields=["responsible", "id"], name="call_of_responsible"),
            models.Index(fields=["status", "-started_at", "-id"], name="call_of_status"),
            models.Index(
                fields=["direction", "-started_at", "-id"],
                condition=models.Q(direction__in=["internal", "unknown"]),
                name="call_of_rare_direction",
            ),
            models.Index(OUR_NUMBERS_END, models.F("started_at").desc(), name="call_of_our_number"),
            models.Index(
                fields=["status", "started_at"],
                condition=models.Q(status__in=["ringing", "talking"]),
                name="call_open",
            ),
        ]

    def __str__(self) -> str:
        return ", ".join((self.get_direction_display(), numbers.shown(self.client_e164) or self.client_raw))

    @property
    def is_open(self) -> bool:
        """Whether it rings, or somebody talks."""
        return self.status in events.OPEN

    @property
    def is_missed(self) -> bool:
        """Whether a client called and nobody talked to them."""
        return self.direction == events.Direction.INCOMING and self.status in events.MISSED


class CallEvent(models.Model):
    """One thing that a PBX said of a call, in the normal form (telephony/domain/events.py)."""

    call = models.ForeignKey(
        Call,
        models.CASCADE,
        db_index=False,  # The first column of event_once.
        related_name="events",
        verbose_name=_("call"),
        help_text=_("Which call."),
    )
    delivery = models.ForeignKey(
        Delivery,
        models.SET_NULL,
        null=True,
        related_name="events",
        verbose_name=_("delivery"),
        help_text=_("The request that brought it; empty for the reaper's."),
    )
    fingerprint = models.CharField(max_length=64, help_text=_("The same for copies of one message."))
    kind = models.CharField(_("event"), max_length=20, help_text=_("What happened."))
    occurred_at = models.DateTimeField(
        _("time"), help_text=_("When it happened, or was received if the PBX did not say.")
    )
    content = PartlyEncryptedJSONField(
        _("content"),
        encrypted_keys=["recording_link", "user_key"],
        help_text=_("Everything that the message said; links and keys stored encrypted."),
    )

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["occurred_at", "id"]
        constraints = [models.UniqueConstraint(fields=["call", "fingerprint"], name="event_once")]
        indexes = [models.Index(fields=["fingerprint"], name="event_of_fingerprint")]

    def __str__(self) -> str:
        return self.kind

    def event(self) -> events.CallEvent:
        return events.from_json(self.content)
