"""What is kept no longer than it may be: recordings (by connection), raw deliveries and outgoing messages (by setting).

Crash-safe: one transaction takes the files from the row, notes them for deletion and writes the journal;
the files go after that, and what a killed process left is deleted by the next sweep.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from telephony import conf
from telephony.jobs import Run
from telephony.models import AuditEntry, Connection, Delivery, Notice, Recording
from telephony.models.discarded import discard_files
from telephony.recordings.keeping import discarding, journal

BATCH = 200
ROWS_IN_BATCH = 1000
LONGER_IF_AT_FAULT = 4
"""How many times as long a delivery is kept that failed or points to a wrong setting: it may be replayed yet."""
_LEFT_ALONE = (Recording.State.EXPIRED, Recording.State.FETCHING)
"""What is just being fetched expires when that is over."""


def expire_recordings(*, now: datetime | None = None, run: Run | None = None) -> int:
    """Delete recordings whose connection keeps them no longer, counted from the call's start; returns how many."""
    run = run or Run()
    expired = 0
    for connection in Connection.objects.filter(keep_recordings_days__isnull=False).only("keep_recordings_days"):
        before = (now or timezone.now()) - timedelta(days=connection.keep_recordings_days or 0)
        while run.goes_on() and (count := _expire_batch(connection, before)):
            expired += count
    if expired:
        discarding.remove_discarded(run=run)
    return expired


def is_due(connection: Connection, before: datetime) -> QuerySet[Recording]:
    """Recordings of calls that began before then, and that nobody holds."""
    due = Recording.objects.filter(call__connection=connection, call__started_at__lt=before, held=False)
    return due.exclude(state__in=_LEFT_ALONE)


def _expire_batch(connection: Connection, before: datetime) -> int:
    due = is_due(connection, before).select_related("call").order_by("pk")
    with transaction.atomic():
        rows = list(due.select_for_update(skip_locked=True, of=("self",))[:BATCH])
        for row in rows:
            empty(recording=row, reason=Recording.Reason.TIME_OVER)
        journal.note_recordings(action=AuditEntry.Action.RECORDING_EXPIRED, recordings=rows)
    return len(rows)


def empty(*, recording: Recording, reason: Recording.Reason) -> None:
    """Take everything from the row that could be listened to. Needs a transaction that has locked the row."""
    discard_files(recording)
    recording.state, recording.reason = Recording.State.EXPIRED, reason
    recording.file = recording.playable = ""
    recording.link = recording.lease = recording.detail = ""
    recording.peaks, recording.next_try_at = [], None
    recording.save(
        update_fields=["state", "reason", "file", "playable", "link", "lease", "detail", "peaks", "next_try_at"]
    )


def expire_deliveries(*, now: datetime | None = None, run: Run | None = None) -> int:
    """Delete raw deliveries that are old and done with; returns how many. What they brought stays."""
    days = conf.keep_deliveries_days()
    if not days:
        return 0
    now = now or timezone.now()
    before, long_before = (now - timedelta(days=days * times) for times in (1, LONGER_IF_AT_FAULT))

    def is_over(row: Delivery) -> bool:
        oldest = long_before if _is_at_fault(row) else before
        return row.state != Delivery.State.RECEIVED and row.received_at < oldest

    rows = Delivery.objects.only("pk", "received_at", "state", "needs_attention")
    return _expire_rows(rows, "received_at", before, is_over, action=AuditEntry.Action.DELIVERIES_EXPIRED, run=run)


def expire_notices(*, now: datetime | None = None, run: Run | None = None) -> int:
    """Delete messages to other systems that are old and done with, accepted or given up; returns how many."""
    days = conf.keep_notices_days()
    if not days:
        return 0
    before = (now or timezone.now()) - timedelta(days=days)

    def is_over(row: Notice) -> bool:
        return row.state in (Notice.State.DELIVERED, Notice.State.FAILED) and row.created_at < before

    rows = Notice.objects.only("pk", "created_at", "state")
    return _expire_rows(rows, "created_at", before, is_over, action=AuditEntry.Action.NOTICES_EXPIRED, run=run)


def _is_at_fault(delivery: Delivery) -> bool:
    return delivery.needs_attention or delivery.state == Delivery.State.FAILED


def _expire_rows(
    rows: QuerySet[Any],
    moment: str,
    before: datetime,
    is_over: Callable[[Any], bool],
    *,
    action: AuditEntry.Action,
    run: Run | None,
) -> int:
    """Delete those that are over, in batches, each committed, with one entry in the journal for all of them."""
    run = run or Run()
    counts: Counter[str] = Counter()
    entry = None
    last = 0
    # Rows stand in the order in which they came: so the search ends where the young ones begin, without an index.
    while run.goes_on() and (batch := list(rows.filter(pk__gt=last).order_by("pk")[:ROWS_IN_BATCH])):
        if all(getattr(row, moment) >= before for row in batch):
            break
        last = batch[-1].pk
        doomed = [row for row in batch if is_over(row)]
        if doomed:
            counts.update(str(row.state) for row in doomed)
            details: dict[str, int | str] = {**counts, f"{moment.removesuffix('_at')}_before": before.isoformat()}
            entry = _delete_rows(doomed, entry, action, details)
    return counts.total()


@transaction.atomic
def _delete_rows(
    doomed: list[Any], entry: AuditEntry | None, action: AuditEntry.Action, details: dict[str, int | str]
) -> AuditEntry:
    """Delete these and bring the run's one entry in the journal up to date."""
    model = type(doomed[0])
    model._default_manager.filter(pk__in=[row.pk for row in doomed]).only("pk").delete()
    if entry is None:
        return journal.note(action=action, details=details)
    entry.details = details
    entry.save(update_fields=["details"])
    return entry
