"""Reads the files that people uploaded. For a worker: what a file costs is never a page's to wait for.

A file is read under a lease, outside a transaction, and its rows are laid down in one: a worker that is killed leaves
it to the next, at most three times.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.imports import isolated
from crm.imports.reading import UnreadableTable
from crm.imports.report import refresh
from crm.models import ContactImport, ContactImportFile, ContactImportRow
from telephony.jobs import Stopped, lend_database

LEASE = timedelta(seconds=2 * isolated.SECONDS)
MOST_ATTEMPTS = 3
_AT_ONCE = 1000
State = ContactImport.State


def read_next() -> int | None:
    """Read one file that nobody else reads; None if there is none. Returns how many rows it has."""
    imported = _claimed()
    if imported is None:
        return None
    with override(imported.language):
        try:
            return _read(imported)
        except UnreadableTable as reason:
            _refuse(imported, str(reason))
        except Stopped:
            ContactImport.objects.filter(pk=imported.pk).update(reading_until=None, attempts=F("attempts") - 1)
            return None
    return 0


@transaction.atomic
def _claimed() -> ContactImport | None:
    now = timezone.now()
    free = Q(reading_until=None) | Q(reading_until__lt=now)
    waiting = ContactImport.objects.filter(free, state=State.READING).order_by("pk")
    imported = waiting.select_for_update(skip_locked=True).first()
    if imported is not None:
        imported.reading_until, imported.attempts = now + LEASE, imported.attempts + 1
        imported.save(update_fields=["reading_until", "attempts"])
    return imported


def _read(imported: ContactImport) -> int:
    """Raises UnreadableTable, Stopped."""
    if imported.attempts > MOST_ATTEMPTS:
        raise UnreadableTable(_("Reading the file ended a worker again and again. Split it, or save it as CSV."))
    file = ContactImportFile.objects.filter(imported=imported).first()
    if file is None:
        raise UnreadableTable(_("The file is no longer kept: choose it once more."))
    asked, before = imported.reading.get("asked"), None
    task: dict[str, Any] = {"language": imported.language}
    if asked:
        task |= {**asked, "sheet": imported.reading["sheet"]}
    else:
        before = _before(imported)
        task["before"] = before and before.reading
    lend_database()
    with isolated.read(bytes(file.content), task) as (said, rows), transaction.atomic():
        locked = ContactImport.objects.select_for_update().get(pk=imported.pk)
        if locked.state != State.READING:
            return 0  # Somebody has stopped it.
        _lay_down(locked, said, rows)
        if before is not None:
            _remember(locked, before)
        refresh(imported=locked)
    return int(said["count"])


def _before(imported: ContactImport) -> ContactImport | None:
    """The last import of this very file: what was said of it is remembered."""
    same = ContactImport.objects.filter(user=imported.user_id, digest=imported.digest).exclude(pk=imported.pk)
    return same.exclude(reading={}).exclude(state=State.READING).order_by("-pk").first()


def _refuse(imported: ContactImport, reason: str) -> None:
    """Say why. What was read before in another way stays as it is."""
    has_rows = imported.rows.exists()
    state = State.PREVIEW if has_rows else State.UNREADABLE
    imported.reading.pop("asked", None)
    unread = ContactImport.objects.filter(pk=imported.pk, state=State.READING)
    finished_at = None if has_rows else timezone.now()
    if unread.update(
        state=state, error=reason, reading=imported.reading, reading_until=None, finished_at=finished_at
    ) and (state == State.UNREADABLE):
        ContactImportFile.objects.filter(imported=imported).delete()


def _lay_down(imported: ContactImport, said: dict[str, Any], rows: Iterator[list[Any]]) -> None:
    imported.columns, imported.fields, imported.reading = said["columns"], said["fields"], said["reading"]
    imported.report = {"top": said["top"]}
    imported.state, imported.error, imported.reading_until = State.PREVIEW, "", None
    imported.save()
    imported.rows.all().delete()
    while some := list(islice(rows, _AT_ONCE)):
        ContactImportRow.objects.bulk_create(
            ContactImportRow(imported=imported, number=number, values=cells, noted=noted)
            for number, cells, noted in some
        )


def _remember(imported: ContactImport, before: ContactImport) -> None:
    if before.columns == imported.columns:
        imported.fields = before.fields
    imported.people, imported.answer, imported.known = before.people, before.answer, before.known
    imported.save()
    answers = dict(before.rows.exclude(answer="").values_list("number", "answer"))
    rows = list(imported.rows.filter(number__in=list(answers)[:5000]))
    for row in rows:
        row.answer = answers[row.number]
    ContactImportRow.objects.bulk_update(rows, ["answer"], batch_size=500)
