"""What a person says of an import before it starts; and its start and stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.imports.fields import FIELDS, IDENTIFYING, SEVERAL
from crm.imports.people import key_of
from crm.imports.report import refresh
from crm.models import ContactImport, ContactImportFile, ContactImportRow

MOST_PEOPLE = 1000


@transaction.atomic
def choose(
    *,
    imported: ContactImport,
    fields: Sequence[str],
    known: str,
    answer: str = "",
    answers: Mapping[int, str] | None = None,
    people: Mapping[str, int | None] | None = None,
) -> None:
    """Say what the columns mean, what becomes of known contacts, and who is who. Raises ValidationError by field.

    `answers` by number of the row; `people`: a user's id, 0 for nobody or None for "not said" by name in the file.
    """
    if IDENTIFYING.isdisjoint(fields):
        text = _("Say which column is the name, the number or the email: a contact needs one of them.")
        raise ValidationError({"fields": text})
    single = [field for field in fields if field and field not in SEVERAL]
    if twice := [field for field in dict.fromkeys(single) if single.count(field) > 1]:
        text = _("Two columns mean the same (%(field)s): choose one of them.") % {"field": FIELDS[twice[0]]}
        raise ValidationError({"fields": text})
    imported.fields, imported.known, imported.answer = list(fields), known, answer
    imported.people = _people(imported.people, people or {})
    imported.full_clean(exclude=["columns", "reading", "report"])
    imported.save(update_fields=["fields", "known", "answer", "people"])
    _answer(imported, answers or {})
    refresh(imported=imported)


def start(*, imported: ContactImport) -> None:
    """Leave it to a worker; twice is as good as once."""
    waiting = ContactImport.objects.filter(pk=imported.pk, state=ContactImport.State.PREVIEW)
    if waiting.update(state=ContactImport.State.RUNNING, report={}):
        ContactImportFile.objects.filter(imported=imported).delete()


def stop(*, imported: ContactImport) -> None:
    """Do no more rows; those that are done stay."""
    unfinished = [ContactImport.State.READING, ContactImport.State.PREVIEW, ContactImport.State.RUNNING]
    stopped = ContactImport.objects.filter(pk=imported.pk, state__in=unfinished)
    if stopped.update(state=ContactImport.State.CANCELLED, report={}, finished_at=timezone.now()):
        ContactImportFile.objects.filter(imported=imported).delete()


def _people(before: Mapping[str, int], said: Mapping[str, int | None]) -> dict[str, int]:
    users = {pk for pk in said.values() if pk}
    there = set(get_user_model()._default_manager.filter(pk__in=users, is_active=True).values_list("pk", flat=True))
    people = dict(before)
    for name, pk in said.items():
        if pk is None or (pk and pk not in there):
            people.pop(key_of(name), None)
        else:
            people[key_of(name)] = pk
    return dict(list(people.items())[:MOST_PEOPLE])


def _answer(imported: ContactImport, answers: Mapping[int, str]) -> None:
    rows = list(imported.rows.filter(number__in=answers))
    for row in rows:
        row.answer = answers[row.number]
        if row.answer not in ContactImport.Answer.values:
            row.answer = ""
    ContactImportRow.objects.bulk_update(rows, ["answer"], batch_size=500)
