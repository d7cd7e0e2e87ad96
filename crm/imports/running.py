"""Does the rows of imports that people started, and takes them back. For a worker.

Each row is committed with what became of it: a worker that is killed leaves the rest to the next one,
and no row is done twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import override

from crm.imports import applying, undoing
from crm.imports.drafts import Draft, Reader, RowMistake
from crm.imports.matching import Answer, Known, Match, Person
from crm.imports.people import Lookup
from crm.imports.problems import Problem, told
from crm.imports.waiting import read_next
from crm.models import Contact, ContactImport, ContactImportFile, ContactImportRow
from telephony.jobs import Run

BATCH = 50
KEEP_ROWS = timedelta(days=7)
State = ContactImportRow.State
_WRITTEN = ["state", "error", "warnings", "contact", "made"]


def run_due(*, run: Run | None = None) -> int:
    """Do what is left of all imports: read, import or take back; returns how many rows were done."""
    run = run or Run()
    forget_old()
    done = 0
    for step in (read_next, _run_batch, _undo_batch):
        while run.goes_on() and (count := step()) is not None:
            done += count
    return done


def forget_old() -> None:
    """Of files that were uploaded a week ago nothing is kept but their names: the rest is copies of people's data."""
    under_way = [ContactImport.State.RUNNING, ContactImport.State.UNDOING]
    old = ContactImport.objects.filter(created_at__lt=timezone.now() - KEEP_ROWS).exclude(state__in=under_way)
    ContactImportRow.objects.filter(imported__in=old).delete()
    ContactImportFile.objects.filter(imported__in=old).delete()
    looked_at = old.filter(state__in=[ContactImport.State.READING, ContactImport.State.PREVIEW])
    looked_at.update(state=ContactImport.State.CANCELLED, report={}, finished_at=timezone.now())


def progress(imported: ContactImport) -> Mapping[str, int]:
    """How many rows are in which state; `total` is all of them."""
    counted = dict(imported.rows.order_by().values_list("state").annotate(Count("pk")))
    return {**{state.value: counted.get(state.value, 0) for state in State}, "total": sum(counted.values())}


@transaction.atomic
def _run_batch() -> int | None:
    """Some rows of one running import, under its lock; None if no import runs that nobody else works on."""
    imported = _locked(ContactImport.State.RUNNING)
    if imported is None:
        return None
    rows = list(imported.rows.filter(state=State.WAITING).order_by("number")[:BATCH])
    with override(imported.language):
        _import_rows(imported, rows)
    ContactImportRow.objects.bulk_update(rows, _WRITTEN)
    if len(rows) < BATCH:
        _finish(imported, ContactImport.State.DONE)
    return len(rows)


@transaction.atomic
def _undo_batch() -> int | None:
    """The same for an import that is taken back: its last rows first."""
    imported = _locked(ContactImport.State.UNDOING)
    if imported is None:
        return None
    rows = list(undoing.left(imported).order_by("-number")[:BATCH])
    with override(imported.language):
        for row in rows:
            undoing.undo(row)
    ContactImportRow.objects.bulk_update(rows, _WRITTEN)
    if len(rows) < BATCH:
        _finish(imported, ContactImport.State.UNDONE)
    return len(rows)


def _locked(state: str) -> ContactImport | None:
    under_way = ContactImport.objects.filter(state=state).order_by("pk")
    return under_way.select_for_update(skip_locked=True).first()


def _finish(imported: ContactImport, state: str) -> None:
    imported.state, imported.finished_at = state, timezone.now()
    imported.save(update_fields=["state", "finished_at"])


def _import_rows(imported: ContactImport, rows: Sequence[ContactImportRow]) -> None:
    reader = Reader(imported.columns, imported.fields, Lookup(imported.people))
    drafts: dict[int, Draft] = {}
    for row in rows:
        try:
            drafts[row.pk] = reader.draft(row.values, row.noted)
        except RowMistake as mistake:
            row.state, row.error = State.FAILED, told(mistake.problems)
    known = Known()
    known.prime(drafts.values())
    for row in rows:
        if row.pk in drafts:
            _import_row(imported, row, drafts[row.pk], known)


def _import_row(imported: ContactImport, row: ContactImportRow, draft: Draft, known: Known) -> None:
    match = known.match(draft) if imported.known != ContactImport.Known.ADD else Match()
    answer = (row.answer or imported.answer or match.proposed) if match.is_question else Answer.SAME
    try:
        with transaction.atomic():
            if match.person is None or answer == Answer.OTHER:
                row.contact, row.made = applying.add(draft, imported.user)
                row.state = State.ADDED
            elif answer == Answer.SKIP:
                row.state = State.SKIPPED
            else:
                _fill(imported, row, draft, match.person)
    except ValidationError as error:
        row.state, row.contact, row.made = State.FAILED, None, None
        row.error = told([Problem("refused", "", " ".join(error.messages))])
        return
    if row.made is not None:
        row.warnings = told(draft.warnings)
    if row.contact is not None:
        person = match.person if row.state != State.ADDED else None
        known.add(draft, person or Person(row.contact.name, pk=row.contact.pk))


def _fill(imported: ContactImport, row: ContactImportRow, draft: Draft, person: Person) -> None:
    contact = Contact.objects.select_for_update(of=("self",), no_key=True).filter(pk=person.pk or 0).first()
    row.state = State.SKIPPED
    if contact is None:  # Somebody deleted or merged it this very moment.
        row.contact, row.made = applying.add(draft, imported.user)
        row.state = State.ADDED
        return
    row.contact = contact
    if imported.known == ContactImport.Known.SKIP:
        return
    row.made = applying.fill(contact, draft, imported.user)
    if row.made is not None:
        row.state = State.FILLED
        person.name = contact.name
