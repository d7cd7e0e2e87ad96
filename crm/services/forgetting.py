"""What the CRM removes when a person's number is erased (telephony.signals.number_erased)."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, QuerySet

from crm.models import Contact, ContactImportRow, ContactPhone, Note, Task
from telephony import phone
from telephony.events import Phone
from telephony.models import Call


@transaction.atomic
def forget_number(*, number: Phone, calls: QuerySet[Call]) -> int:
    """Delete contacts that have no other number, with notes and tasks; take the number from the others.

    What was written about calls of this number and belongs to no contact goes, too. Returns how many contacts it
    concerned. Text that somebody wrote about others is not searched.
    """
    phones = _phones(number)
    concerned = set(phones.values_list("contact_id", flat=True))
    _forget_imported_rows(number, concerned)
    others = ContactPhone.objects.filter(contact__in=concerned).exclude(pk__in=phones.values("pk"))
    kept = set(others.values_list("contact_id", flat=True))
    about_nobody = Q(call__in=calls, contact=None, company=None)
    Note.objects.filter(about_nobody).delete()
    Task.objects.filter(about_nobody).delete()
    for row in list(phones.filter(contact__in=kept)):
        row.delete()
    Contact.objects.filter(pk__in=concerned - kept).delete()
    _forget_in_journal(kept, is_gone=False)
    _forget_in_journal(concerned - kept, is_gone=True)
    return len(concerned)


def _phones(number: Phone) -> QuerySet[ContactPhone]:
    """As the directory finds them, but every one of them."""
    match = Q(last10=last10) if (last10 := phone.last_digits(number.e164 or number.raw)) else Q(raw=number.raw)
    if not number.e164:
        return ContactPhone.objects.filter(match)
    return ContactPhone.objects.filter(Q(e164=number.e164) | (match & Q(e164="")))


def _forget_imported_rows(number: Phone, contacts: set[int]) -> None:
    """Rows of imported files that became these contacts, or that name the number in some cell."""
    last10 = phone.last_digits(number.e164 or number.raw) or phone.digits(number.raw)
    rows = ContactImportRow.objects.values_list("pk", "contact_id", "values").iterator(chunk_size=1000)
    mine = [pk for pk, contact, cells in rows if contact in contacts or any(last10 in _digits(cell) for cell in cells)]
    ContactImportRow.objects.filter(pk__in=mine).delete()


def _digits(text: object) -> str:
    return "".join(sign for sign in str(text) if sign.isdecimal())


def _forget_in_journal(contacts: Iterable[int], *, is_gone: bool) -> None:
    """The admin's own history repeats names and numbers in words."""
    kind = ContentType.objects.get_for_model(Contact)
    for contact in contacts:
        entries = LogEntry.objects.filter(content_type=kind, object_id=str(contact))
        entries.update(change_message="")
        if is_gone:
            entries.update(object_repr=f"#{contact}")
