"""Imports contacts from a file: read at once, looked at by a person, then done row by row by a worker.

Each row is committed with what became of it: a worker that is killed leaves the rest to the next one,
and no row is done twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from crm.import_fields import Draft, Lookup, guess, read_row
from crm.models import Contact, ContactImport, ContactImportRow
from crm.selectors.contacts import owners_of
from crm.services.contacts import add_contact, add_number, company_named
from crm.services.notes import add_note
from crm.tables import read_table

BATCH = 50
KEEP_ROWS = timedelta(days=7)
SHOWN_ROWS = 10
State = ContactImportRow.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What would become of the rows; nothing is saved."""

    good: int
    wrong: list[tuple[int, str]]
    """Number of the row, and why it can't be imported; at most 100."""
    wrong_count: int


@transaction.atomic
def upload(*, user: Any, name: str, content: bytes) -> ContactImport:
    """Keep the file's rows for looking at them. Raises UnreadableTable."""
    table = read_table(name, content)
    made = ContactImport.objects.create(
        user=user,
        name=name[:200],
        columns=table.columns,
        fields=guess(table.columns),
        language=get_language() or "en",
    )
    rows = [ContactImportRow(imported=made, number=number, values=cells) for number, cells in table.rows]
    ContactImportRow.objects.bulk_create(rows, batch_size=1000)
    return made


def choose(*, imported: ContactImport, fields: Sequence[str], known: str) -> None:
    """Say what the columns mean and what becomes of known contacts. Raises ValidationError by field."""
    if "name" not in fields and "phone" not in fields:
        raise ValidationError({"fields": _("Say which column is the name or the number: a contact needs one of them.")})
    single = [field for field in fields if field and field not in ("phone", "note", "tags")]
    if len(single) != len(set(single)):
        raise ValidationError({"fields": _("Two columns mean the same: choose one of them.")})
    imported.fields, imported.known = list(fields), known
    imported.full_clean(exclude=["columns"])
    imported.save(update_fields=["fields", "known"])


def check(*, imported: ContactImport) -> Check:
    """Look at every row without saving any."""
    lookup, good, wrong = Lookup(), 0, []
    for number, values in imported.rows.values_list("number", "values").iterator(chunk_size=1000):
        try:
            read_row(imported.fields, values, lookup)
        except ValidationError as error:
            wrong.append((number, " ".join(error.messages)))
        else:
            good += 1
    return Check(good=good, wrong=wrong[:100], wrong_count=len(wrong))


def start(*, imported: ContactImport) -> None:
    """Leave it to a worker; twice is as good as once."""
    waiting = ContactImport.objects.filter(pk=imported.pk, state=ContactImport.State.PREVIEW)
    waiting.update(state=ContactImport.State.RUNNING)


def stop(*, imported: ContactImport) -> None:
    """Do no more rows; those that are done stay."""
    unfinished = [ContactImport.State.PREVIEW, ContactImport.State.RUNNING]
    stopped = ContactImport.objects.filter(pk=imported.pk, state__in=unfinished)
    stopped.update(state=ContactImport.State.CANCELLED, finished_at=timezone.now())


def progress(imported: ContactImport) -> Mapping[str, int]:
    """How many rows are in which state; `total` is all of them."""
    counted = dict(imported.rows.order_by().values_list("state").annotate(Count("pk")))
    return {**{state.value: counted.get(state.value, 0) for state in State}, "total": sum(counted.values())}


def run_due() -> int:
    """Import what is left of all running imports; returns how many rows were done. For a worker.

    The rows of files that were uploaded a week ago are forgotten: they are copies of people's numbers.
    """
    ContactImportRow.objects.filter(imported__created_at__lt=timezone.now() - KEEP_ROWS).exclude(
        imported__state=ContactImport.State.RUNNING
    ).delete()
    done, lookup = 0, Lookup()
    while (count := _run_batch(lookup)) is not None:
        done += count
    return done


@transaction.atomic
def _run_batch(lookup: Lookup) -> int | None:
    """Some rows of one running import, under its lock; None if no import runs that nobody else works on."""
    running = ContactImport.objects.filter(state=ContactImport.State.RUNNING).order_by("pk")
    imported = running.select_for_update(skip_locked=True).first()
    if imported is None:
        return None
    rows = list(imported.rows.filter(state=State.WAITING).order_by("number")[:BATCH])
    with override(imported.language):
        for row in rows:
            _import_row(imported, row, lookup)
    ContactImportRow.objects.bulk_update(rows, ["state", "error", "contact"])
    if len(rows) < BATCH:
        imported.state, imported.finished_at = ContactImport.State.DONE, timezone.now()
        imported.save(update_fields=["state", "finished_at"])
    return len(rows)


def _import_row(imported: ContactImport, row: ContactImportRow, lookup: Lookup) -> None:
    try:
        with transaction.atomic():
            draft = read_row(imported.fields, row.values, lookup)
            known = _known(draft) if imported.known != ContactImport.Known.ADD else None
            row.contact, row.state = _apply(draft, known, imported)
    except ValidationError as error:
        row.state, row.error = State.FAILED, " ".join(error.messages)


def _apply(draft: Draft, known: Contact | None, imported: ContactImport) -> tuple[Contact, State]:
    if known is None:
        contact = add_contact(
            name=draft.name,
            phones=draft.phones,
            company=draft.company,
            position=draft.position,
            email=draft.email,
            source=draft.source,
            responsible=draft.responsible,
            tags=draft.tags,
            user=imported.user,
        )
        state = State.ADDED
    elif imported.known == ContactImport.Known.SKIP:
        return known, State.SKIPPED
    else:
        contact, state = known, State.FILLED if _fill(known, draft, imported.user) else State.SKIPPED
    if draft.note and state != State.SKIPPED:
        add_note(text=draft.note, author=imported.user, contact=contact)
    return contact, state


def _fill(contact: Contact, draft: Draft, user: Any) -> bool:
    """Give the contact what it lacks; returns whether there was anything."""
    before = (contact.position, contact.email, contact.source, contact.responsible_id, contact.company_id)
    contact.position = contact.position or draft.position
    contact.email = contact.email or draft.email
    contact.source = contact.source or draft.source
    contact.responsible = contact.responsible or draft.responsible
    if contact.company is None and draft.company:
        contact.company = company_named(draft.company, user)
    after = (contact.position, contact.email, contact.source, contact.responsible_id, contact.company_id)
    new_numbers = [number for number in draft.phones if add_number(contact=contact, number=number)]
    new_tags = [tag for tag in draft.tags if tag not in contact.tags.all()]
    contact.tags.add(*new_tags)
    if after != before or new_numbers:
        contact.full_clean()
        contact.save()
    return after != before or bool(new_numbers or new_tags)


def _known(draft: Draft) -> Contact | None:
    """The contact that has one of the numbers, or the email."""
    for number in draft.phones:
        if owners := owners_of(number, settings.CRM_PHONE_REGION):
            return owners[0]
    return Contact.objects.filter(email__iexact=draft.email).order_by("pk").first() if draft.email else None
