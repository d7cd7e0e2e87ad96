"""The CRM's objects as JSON. What is wrong with a field is told under its name; saving is the services' work."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError as ModelValidationError
from rest_framework import serializers

from crm.models import Company, Contact, Note, Tag, Task
from crm.services import notes, tasks
from crm.services.contacts import save_contact
from telephony.api.fields import MomentField
from telephony.calls import access as calls
from telephony.models import Call
from telephony.models.validators import validate_moment

MOST_NUMBERS = 50


def _user_field(**options: Any) -> serializers.SlugRelatedField[Any]:
    users = get_user_model()._default_manager.filter(is_active=True)
    return serializers.SlugRelatedField("username", queryset=users, help_text="A user name.", **options)


def _saved(save: Any, **values: Any) -> Any:
    """What the service returns; its ValidationError as the API's, field by field."""
    try:
        return save(**values)
    except ModelValidationError as error:
        raise serializers.ValidationError(serializers.as_serializer_error(error)) from None


class NumbersField(serializers.ListField):
    """A contact's numbers, in E.164 where they are valid."""

    def get_attribute(self, instance: Contact) -> list[str]:
        return [str(phone) for phone in instance.phones.all()]


class CompanyNameField(serializers.CharField):
    """A contact's company by its name; empty for none."""

    def get_attribute(self, instance: Contact) -> str:
        return instance.company.name if instance.company else ""


class ContactSerializer(serializers.ModelSerializer[Contact]):
    """A contact with all its numbers: sending `phones` replaces them all."""

    phones = NumbersField(
        child=serializers.CharField(max_length=100), max_length=MOST_NUMBERS, required=False, help_text="In any form."
    )
    company = CompanyNameField(
        max_length=200, required=False, allow_blank=True, help_text="Its name; one not known yet is added. Empty: none."
    )
    responsible = _user_field(required=False, allow_null=True)
    tags = serializers.SlugRelatedField(
        "name", queryset=Tag.objects.all(), many=True, required=False, help_text="Names of tags that exist."
    )

    class Meta:
        model = Contact
        fields = (
            *("id", "name", "phones", "company", "position", "email", "source"),
            *("responsible", "tags", "created_at", "updated_at"),
        )
        read_only_fields = ("created_at", "updated_at")

    def create(self, validated_data: dict[str, Any]) -> Contact:
        return self._save(Contact(created_by=self.context["request"].user), validated_data)

    def update(self, instance: Contact, validated_data: dict[str, Any]) -> Contact:
        return self._save(instance, validated_data)

    def _save(self, contact: Contact, values: dict[str, Any]) -> Contact:
        known: list[str] = [phone.raw for phone in contact.phones.all()] if contact.pk else []
        phones = values.pop("phones", known)
        company = values.pop("company", contact.company.name if contact.company else "")
        tags = values.pop("tags", list(contact.tags.all()) if contact.pk else [])
        for name, value in values.items():
            setattr(contact, name, value)
        saved: Contact = _saved(
            save_contact,
            contact=contact,
            phones=_kept(contact, phones),
            company=company,
            tags=tags,
            user=self.context["request"].user,
        )
        return saved


def _kept(contact: Contact, phones: list[str]) -> list[str]:
    """The numbers, those that the contact has already in the form in which it has them."""
    known = {str(phone): phone.raw for phone in contact.phones.all()} if contact.pk else {}
    return [known.get(number, number) for number in phones]


class CompanySerializer(serializers.ModelSerializer[Company]):
    """A company; its numbers are those of its contacts."""

    responsible = _user_field(required=False, allow_null=True)
    tags = serializers.SlugRelatedField("name", queryset=Tag.objects.all(), many=True, required=False)

    class Meta:
        model = Company
        fields = ("id", "name", "site", "email", "responsible", "tags", "created_at", "updated_at")
        read_only_fields = ("created_at", "updated_at")

    def create(self, validated_data: dict[str, Any]) -> Company:
        return super().create({**validated_data, "created_by": self.context["request"].user})


class _OfClient(serializers.ModelSerializer[Any]):
    """What belongs to a contact or a company, and may follow from a call that the user may see."""

    def validate_call(self, call: Call | None) -> Call | None:
        if call is not None and not calls.visible_calls(self.context["request"].user).filter(pk=call.pk).exists():
            # The same words as for a number that no call has: nobody learns which calls there are.
            raise serializers.ValidationError(f'Invalid pk "{call.pk}" - object does not exist.')
        return call


class TaskSerializer(_OfClient):
    """A task. `done` ticks it off and opens it again."""

    assignee = _user_field(required=False, allow_null=True)
    done = serializers.BooleanField(required=False, write_only=True)
    due_at = MomentField(validators=[validate_moment])

    class Meta:
        model = Task
        fields = (
            *("id", "kind", "title", "text", "due_at", "assignee", "contact", "company", "call"),
            *("done", "done_at", "created_at"),
        )
        read_only_fields = ("done_at", "created_at")

    def to_representation(self, instance: Task) -> dict[str, Any]:
        told = super().to_representation(instance)
        return {**told, "call": None} if instance.hides_call else told

    def create(self, validated_data: dict[str, Any]) -> Task:
        return self.update(Task(), validated_data)

    def update(self, instance: Task, validated_data: dict[str, Any]) -> Task:
        user = self.context["request"].user
        done = validated_data.pop("done", None)
        if instance.hides_call:
            validated_data.pop("call", None)  # Who can't see it sends back that there is none.
        for name, value in validated_data.items():
            setattr(instance, name, value)
        task: Task = _saved(tasks.save_task, task=instance, user=user)
        if done is not None:
            tasks.set_done(task=task, done=done, user=user)
        return task


class NoteSerializer(_OfClient):
    """A note about a contact, a company or a call."""

    author = serializers.SlugRelatedField[Any]("username", read_only=True, allow_null=True)

    class Meta:
        model = Note
        fields = ("id", "text", "author", "contact", "company", "call", "created_at", "edited_at")
        read_only_fields = ("created_at", "edited_at")

    def create(self, validated_data: dict[str, Any]) -> Note:
        note: Note = _saved(notes.add_note, author=self.context["request"].user, **validated_data)
        return note

    def update(self, instance: Note, validated_data: dict[str, Any]) -> Note:
        _saved(notes.edit_note, note=instance, text=validated_data.get("text", instance.text))
        return instance
