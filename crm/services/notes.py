"""Writes notes."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import Company, Contact, Note, Task
from crm.services.contacts import still_there
from telephony.models import Call


@transaction.atomic
def add_note(
    *, text: str, author: Any, contact: Contact | None = None, company: Company | None = None, call: Call | None = None
) -> Note:
    """A new note about a contact, a company or a call. Raises ValidationError by argument."""
    if contact is None and company is None and call is None:
        raise ValidationError(
            {"contact": _("Say whom the note is about: open it from a contact, a company or a call.")}
        )
    contact = contact and still_there(contact)
    note = Note(text=text.strip(), author=author, contact=contact, company=company, call=call)
    note.full_clean()
    note.save()
    return note


def edit_note(*, note: Note, text: str) -> None:
    """Reword the note; that it was edited stays visible. Raises ValidationError by argument."""
    if text.strip() == note.text:
        return
    note.text, note.edited_at = text.strip(), timezone.now()
    note.full_clean()
    note.save(update_fields=["text", "edited_at"])


def adopt_from_calls(*, contact_id: int) -> None:
    """Notes and tasks of calls from somebody then unknown belong to the contact, once the calls do."""
    about_nobody = {"contact": None, "company": None, "call__contact": contact_id}
    Note.objects.filter(**about_nobody).update(contact=contact_id)
    Task.objects.filter(**about_nobody).update(contact=contact_id)
