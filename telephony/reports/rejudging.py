"""After working hours were changed: the past is judged by the new ones, by a worker, the latest calls first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Max
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.utils import timezone

from telephony.jobs import LeaseLost, Queue, Run
from telephony.models import Call, HoursChange, Schedule, SpecialDay
from telephony.reports.facts import remembered_hours
from telephony.reports.rebuilding import BATCH, mend_batch

QUEUE = Queue(model=HoursChange, lease=timedelta(minutes=2), counts_claims=False)


def follow_hours() -> None:
    """Listen to whatever says when people work."""
    for model in (Schedule, SpecialDay):
        for signal in (post_save, post_delete):
            signal.connect(_hours_change, sender=model, dispatch_uid=f"telephony.reports: {model.__name__}")
    for through in (Schedule.lines.through, Schedule.connections.through):
        m2m_changed.connect(_claims_change, sender=through, dispatch_uid=f"telephony.reports: {through.__name__}")


def _hours_change(raw: bool = False, **_: Any) -> None:
    if not raw:
        note_change()


def _claims_change(action: str, **_: Any) -> None:
    if action.startswith("post_"):
        note_change()


def note_change() -> None:
    """In the transaction of the change: who works it off sees the new hours."""
    if last := _last_call():
        HoursChange.objects.create(total=last, left=last, next_try_at=timezone.now())


def _last_call() -> int:
    return Call.objects.aggregate(last=Max("pk"))["last"] or 0


def under_way() -> HoursChange | None:
    """What reports still count by hours of before."""
    return HoursChange.objects.order_by("-pk").first()


def judge_due(*, run: Run | None = None) -> int:
    """Go on until all is judged, or the run is over; returns how many rows were another than before."""
    run, changed = run or Run(), 0
    for change in QUEUE.claims(run=run):
        try:
            changed += _judge(change, run)
        except LeaseLost:
            continue  # Somebody else goes on with it.
    return changed


def _judge(change: HoursChange, run: Run) -> int:
    hours_of, changed = remembered_hours(), 0
    if change.left == change.total:
        # Calls that came since, before the change was committed, went by the hours of before.
        change.total = change.left = _last_call()
    while change.left > 0 and run.goes_on():
        if HoursChange.objects.filter(pk__gt=change.pk).exists():
            break  # A later change judges all of it anyway.
        first = change.left // BATCH * BATCH
        changed += len(mend_batch(first, hours_of))
        QUEUE.renew(change, left=max(first - 1, 0), total=change.total)
    if change.left == 0 or HoursChange.objects.filter(pk__gt=change.pk).exists():
        change.delete()
    else:
        QUEUE.give_back(change)
    return changed
