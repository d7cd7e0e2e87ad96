"""A worker's part: claimed under a lease, written row by row, told to the page as it goes on."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import monotonic

from django.db.models import Q
from django.http import QueryDict
from django.utils import translation

from telephony.call_log import exported
from telephony.call_log.exports import files
from telephony.call_log.exports.kinds import Kind, Refused, Row, kind_of
from telephony.jobs import Crew, LeaseLost, Pauses, Queue, Run, Stopped, check
from telephony.jobs.guard import guarded
from telephony.models import Export, Exported

log = logging.getLogger(__name__)

AT_ONCE = 3
"""In one process, each of another person: who exports everything keeps nobody's small file waiting."""
TOLD_EVERY_SECONDS = 1.0
QUEUE = Queue(
    model=Export,
    due=Q(state__in=(Export.State.WAITING, Export.State.WORKING)),
    lease=timedelta(minutes=2),
    related=("user",),
    pauses=Pauses(table=(timedelta(seconds=5), timedelta(seconds=30))),
    leased_state=Export.State.WORKING,
    token="lease",  # noqa: S106  (a column)
)
CREW = Crew[Export](places=AT_ONCE, of=lambda row: row.user_id)


def write_due(*, run: Run | None = None, side_by_side: bool = False) -> int:
    """Write the files that people wait for; returns how many were worked on. For a worker.

    `side_by_side`: several people's at once, each in a thread.
    """

    def claim(busy: Collection[int]) -> Export | None:
        return QUEUE.claim(where=~Q(user__in=busy) if busy else None, exhausted=_give_up)

    return CREW.work(claim=claim, do=_work_on, run=run, side_by_side=side_by_side)


def _give_up(export: Export) -> None:
    QUEUE.release(export, at=None, state=Export.State.FAILED, reason=Export.Reason.ENDED)


def _work_on(export: Export) -> None:
    if guarded("write_exports", export, partial(_attempt, export), otherwise=False):
        return
    if not QUEUE.retry(export, state=Export.State.WAITING, rows_done=0):
        QUEUE.release(export, at=None, state=Export.State.FAILED, reason=Export.Reason.INTERNAL)


def _attempt(export: Export) -> bool:
    try:
        _write(export)
    except Refused as refusal:
        QUEUE.release(export, at=None, state=Export.State.FAILED, reason=refusal.reason)
    except Stopped:
        QUEUE.give_back(export, state=Export.State.WAITING, rows_done=0)
    except LeaseLost:
        log.info("Export %s is somebody else's, or is not wanted any more.", export.pk)
    return True


def _write(export: Export) -> None:
    """Make the file and say that it is ready; what is begun of it is removed if that fails."""
    kind = kind_of(export.kind)
    scope = kind.scope_hash(export.user) if kind else ""
    if kind is None or not scope:
        raise Refused(Export.Reason.NO_RIGHTS)
    if not files.has_room():
        raise Refused(Export.Reason.NO_ROOM)
    place = files.folder()
    part, whole = place / f"{export.lease}.part", place / f"{export.lease}.xlsx"
    try:
        with translation.override(export.language or None):
            _write_book(kind, export, part)
        size = part.stat().st_size
        with suppress(FileNotFoundError):  # Swept away: then the lease is lost, too.
            part.replace(whole)
        ready = {"state": Export.State.READY, "file": whole.name, "size": size, "scope": scope}
        # In the journal first: a file that nobody knows of is never ready.
        exported.note(
            user=export.user, kind=export.kind, way=Exported.Way.EXCEL, query=export.query, rows=export.rows_total or 0
        )
        if not QUEUE.release(export, at=None, rows_done=export.rows_total, **ready):
            raise LeaseLost(export.pk)
    except BaseException:
        for path in (part, whole):
            path.unlink(missing_ok=True)
        raise


def _write_book(kind: Kind, export: Export, path: Path) -> None:
    from telephony.call_log.workbook import MOST_EXCEL_ROWS, write_excel  # Slow to import, and only a worker needs it.

    found = kind.rows(export.user, QueryDict(export.query))
    QUEUE.renew(export, rows_total=min(found.count(), MOST_EXCEL_ROWS), rows_done=0)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        write_excel(_told(kind.table(found), export), file, work_file=path.with_suffix(".sheet"))
        file.flush()
        os.fsync(file.fileno())


def _told(rows: Iterable[Row], export: Export) -> Iterator[Row]:
    """The same rows. On the way the lease is renewed and the page is told; raises LeaseLost and Stopped."""
    told_at = monotonic()
    for number, row in enumerate(rows):
        yield row
        if number % 100 == 0 and monotonic() - told_at >= TOLD_EVERY_SECONDS:
            check()
            QUEUE.renew(export, rows_done=min(number, export.rows_total or 0))
            told_at = monotonic()
    check()
    QUEUE.renew(export, rows_done=export.rows_total)
