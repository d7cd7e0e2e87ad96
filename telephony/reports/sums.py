"""Sums of days: what figures of long periods are read from, for those who see all calls; people_sums.py: for others.

A worker sums a day in UTC when it is over. The transaction that changes a call never waits for a sum, nor writes one:
it takes the mark *summed* from the call's own row, in the statement that writes it anyway. Days that have a row without
the mark are counted call by call, so that figures are never behind; so are the hours by which a viewer's first and
last day do not fit days in UTC. A call that leaves a day can leave no mark in it: then a StaleDay is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from telephony.calls import locks
from telephony.domain.exceptions import CallBusy
from telephony.jobs import Run
from telephony.models import CallFact, CallSum, StaleDay
from telephony.reports.counting import Kind, count_by
from telephony.reports.counts import COUNTED
from telephony.reports.facts import DAY, day_of, drop_people_sums, quarter_of

SETTLES = timedelta(hours=1)
"""After a day's end: most of what changes its calls has come by then."""
BATCH = 5000


def summed_days(first: int, end: int) -> list[int]:
    """Whole days in UTC whose sums are what their calls say."""
    days = range(-(-first // DAY), end // DAY)
    if not days:
        return []
    within = CallFact.objects.filter(summed=False, quarter__gte=days[0] * DAY, quarter__lt=(days[-1] + 1) * DAY)
    stale = set(within.order_by().values_list(F("quarter") / DAY, flat=True).distinct())
    stale |= set(StaleDay.objects.filter(day__gte=days[0], day__lte=days[-1]).values_list("day", flat=True))
    return [day for day in days if day not in stale]


def sum_due(*, now: datetime | None = None, run: Run | None = None) -> int:
    """Sum the days that are over, the latest first; returns how many."""
    run = run or Run()
    done = 0
    for day in _due_days(now or timezone.now()):
        if not run.goes_on():
            break
        try:
            sum_day(day=day)
        except CallBusy:
            continue  # Another process sums it.
        done += 1
    return done


def _due_days(now: datetime) -> list[int]:
    today = day_of(quarter_of(now - SETTLES))
    facts = CallFact.objects.filter(summed=False, quarter__lt=today * DAY).order_by()
    days = set(facts.values_list(F("quarter") / DAY, flat=True).distinct())
    return sorted(days | set(StaleDay.objects.filter(day__lt=today).values_list("day", flat=True)), reverse=True)


@transaction.atomic
def sum_day(*, day: int) -> None:
    """Count the day's calls and keep the sums. Raises CallBusy while another process does.

    What is marked as summed was locked before it was counted; what changes meanwhile stays unmarked, or unlocked.
    """
    locks.take(names=[lock_of(day)], patience_ms=1000)
    stale = list(StaleDay.objects.filter(day=day).values_list("pk", flat=True))
    facts = facts_of_day(day)
    fresh = facts.filter(summed=False).select_for_update().order_by("pk")
    pks = list(fresh.values_list("pk", flat=True))
    CallSum.objects.filter(day=day).delete()
    drop_people_sums(day)
    CallSum.objects.bulk_create(sums_of(day), batch_size=BATCH)
    for first in range(0, len(pks), BATCH):
        facts.filter(pk__in=pks[first : first + BATCH]).update(summed=True)
    StaleDay.objects.filter(pk__in=stale).delete()


def sums_of(day: int) -> list[CallSum]:
    """Counted call by call; not saved."""
    found = count_by(facts_of_day(day), Kind.values)
    return [
        CallSum(day=day, kind=kind, value=value, **{name: getattr(counts, name) for name in COUNTED})
        for kind, values in found.items()
        for value, counts in values.items()
    ]


def wrong_days() -> Iterator[int]:
    """Days whose sums are read and are not what their calls say."""
    summed = CallFact.objects.filter(summed=True).order_by().values_list(F("quarter") / DAY, flat=True).distinct()
    for day in sorted(set(summed) | set(CallSum.objects.order_by().values_list("day", flat=True).distinct())):
        if _is_wrong(day):
            yield day


@transaction.atomic
def _is_wrong(day: int) -> bool:
    """Nobody sums it meanwhile: a call that comes between the two counts leaves a mark that is still there then."""
    locks.take(names=[lock_of(day)], patience_ms=locks.PATIENCE_OF_WORKER_MS)
    quarters = day * DAY, (day + 1) * DAY
    if not summed_days(*quarters) or _told(CallSum.objects.filter(day=day)) == _told(sums_of(day)):
        return False
    return bool(summed_days(*quarters))


def _told(sums: Iterable[CallSum]) -> set[tuple[object, ...]]:
    return {(row.kind, row.value, *(getattr(row, name) for name in COUNTED)) for row in sums}


def lock_of(day: int) -> str:
    return f"reports:sums:{day}"


def facts_of_day(day: int) -> QuerySet[CallFact]:
    return CallFact.objects.filter(quarter__gte=day * DAY, quarter__lt=(day + 1) * DAY)
