"""What the CRM removes when a person's number is erased (telephony.signals.number_erased)."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat

from crm.models import Company, Contact, ContactImport, ContactImportFile, ContactImportRow, ContactPhone, Note, Task
from crm.services.sole_traders import forget_companies
from telephony.domain import numbers
from telephony.domain.events import Phone
from telephony.models import Call

AT_ONCE = 1000


@transaction.atomic
def forget_number(*, number: Phone, calls: QuerySet[Call]) -> int:
    """Delete contacts that have no other number, with notes and tasks, and with a company that is no more than they;
    take the number from the others.

    What was written about calls of this number and belongs to no contact goes, too. Returns how many contacts it
    concerned. Text that somebody wrote about others is not searched.
    """
    phones = _phones(number)
    concerned = set(phones.values_list("contact_id", flat=True))
    _forget_imported_rows(concerned)
    others = ContactPhone.objects.filter(contact__in=concerned).exclude(pk__in=phones.values("pk"))
    kept = set(others.values_list("contact_id", flat=True))
    about_nobody = Q(call__in=calls, contact=None, company=None)
    Note.objects.filter(about_nobody).delete()
    Task.objects.filter(about_nobody).delete()
    for row in list(phones.filter(contact__in=kept)):
        row.delete()
    forget_companies(concerned - kept)
    Contact.objects.filter(pk__in=concerned - kept).delete()
    _forget_in_journal(kept)
    _forget_the_gone()
    return len(concerned)


def _phones(number: Phone) -> QuerySet[ContactPhone]:
    """As the directory finds them, but every one of them."""
    match = Q(last10=last10) if (last10 := numbers.last_digits(number.e164 or number.raw)) else Q(raw=number.raw)
    if not number.e164:
        return ContactPhone.objects.filter(match)
    return ContactPhone.objects.filter(Q(e164=number.e164) | (match & Q(e164="")))


def _forget_imported_rows(contacts: set[int]) -> None:
    """Rows of imported files that became these contacts. (Those that name the number are searched: crm/erasing.py.)

    Files that are not imported yet may have the number anywhere: they are chosen once more when they are needed.
    """
    ContactImportFile.objects.all().delete()
    ContactImport.objects.exclude(report={}).update(report={})
    ContactImportRow.objects.filter(contact__in=contacts).delete()


def _forget_in_journal(contacts: Iterable[int]) -> None:
    """The admin's own history repeats names and numbers in words."""
    kind = ContentType.objects.get_for_model(Contact)
    LogEntry.objects.filter(content_type=kind, object_id__in=map(str, contacts)).update(change_message="")


def _forget_the_gone() -> None:
    """Of whoever was deleted or merged before, nothing says any more which number it was: so all their names go.

    That something was done, by whom and when, stays.
    """
    for model in (Contact, ContactPhone, Company, Note, Task):
        kind = ContentType.objects.get_for_model(model)
        entries = LogEntry.objects.filter(content_type=kind).exclude(object_repr__startswith="#", change_message="")
        keys = list(entries.order_by().values_list("object_id", flat=True).distinct())
        for start in range(0, len(keys), AT_ONCE):
            part = keys[start : start + AT_ONCE]
            numbers = [int(key) for key in part if key and key.isdecimal()]
            there = {str(pk) for pk in model._default_manager.filter(pk__in=numbers).values_list("pk", flat=True)}
            gone = entries.filter(object_id__in=[key for key in part if key not in there])
            gone.update(object_repr=Concat(Value("#"), F("object_id")), change_message="")
