"""What is kept no longer than it may be: recordings (by connection) and raw deliveries (by setting).

Crash-safe: one transaction takes the files from the row, notes them for deletion and writes the journal;
the files go after that, and what a killed process left is deleted by the next sweep.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from telephony.models import AuditEntry, Connection, Delivery, Recording
from telephony.models.discarded import discard_files
from telephony.services import audit, discarding

BATCH = 200
DELIVERIES_IN_BATCH = 1000
KEEP_DELIVERIES_DAYS = 90
LONGER_IF_AT_FAULT = 4
"""How many times as long a delivery is kept that failed or points to a wrong setting: it may be replayed yet."""
_LEFT_ALONE = (Recording.State.EXPIRED, Recording.State.FETCHING)
"""What is just being fetched expires when that is over."""


def expire_recordings(*, now: datetime | None = None) -> int:
    """Delete recordings whose connection keeps them no longer, counted from the call's start; returns how many."""
    expired = 0
    for connection in Connection.objects.filter(keep_recordings_days__isnull=False).only("keep_recordings_days"):
        before = (now or timezone.now()) - timedelta(days=connection.keep_recordings_days or 0)
        while count := _expire_batch(connection, before):
            expired += count
    if expired:
        discarding.remove_discarded()
    return expired


def _expire_batch(connection: Connection, before: datetime) -> int:
    due = Recording.objects.filter(call__connection=connection, call__started_at__lt=before, held=False)
    due = due.exclude(state__in=_LEFT_ALONE).select_related("call").order_by("pk")
    with transaction.atomic():
        rows = list(due.select_for_update(skip_locked=True, of=("self",))[:BATCH])
        for row in rows:
            empty(recording=row, reason=Recording.Reason.TIME_OVER)
        audit.note_recordings(action=AuditEntry.Action.RECORDING_EXPIRED, recordings=rows)
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


def keep_deliveries_days() -> int:
    """For how many days raw deliveries are kept; 0 is for ever."""
    return int(getattr(settings, "TELEPHONY_KEEP_DELIVERIES_DAYS", KEEP_DELIVERIES_DAYS))


def expire_deliveries(*, now: datetime | None = None) -> int:
    """Delete raw deliveries that are old and done with; returns how many. What they brought stays."""
    days = keep_deliveries_days()
    if not days:
        return 0
    now = now or timezone.now()
    before, long_before = (now - timedelta(days=days * times) for times in (1, LONGER_IF_AT_FAULT))
    counts: Counter[str] = Counter()
    entry = None
    last = 0
    # Rows stand in the order in which they came: so the search ends where the young ones begin, without an index.
    while rows := _oldest_deliveries(last):
        if all(row.received_at >= before for row in rows):
            break
        last = rows[-1].pk
        doomed = [row for row in rows if row.received_at < (long_before if _is_at_fault(row) else before)]
        doomed = [row for row in doomed if row.state != Delivery.State.RECEIVED]
        if doomed:
            counts.update(str(row.state) for row in doomed)
            entry = _delete_deliveries(doomed, entry, {**counts, "received_before": before.isoformat()})
    return counts.total()


def _oldest_deliveries(after: int) -> list[Delivery]:
    shown = Delivery.objects.only("pk", "received_at", "state", "needs_attention")
    return list(shown.filter(pk__gt=after).order_by("pk")[:DELIVERIES_IN_BATCH])


def _is_at_fault(delivery: Delivery) -> bool:
    return delivery.needs_attention or delivery.state == Delivery.State.FAILED


@transaction.atomic
def _delete_deliveries(doomed: list[Delivery], entry: AuditEntry | None, details: dict[str, int | str]) -> AuditEntry:
    """Delete these and bring the run's one entry in the journal up to date."""
    Delivery.objects.filter(pk__in=[row.pk for row in doomed]).only("pk").delete()
    if entry is None:
        return audit.note(action=AuditEntry.Action.DELIVERIES_EXPIRED, details=details)
    entry.details = details
    entry.save(update_fields=["details"])
    return entry
