"""Sums of weeks for those who see the calls of some people only: a quarter of a year is read from a few dozen rows.

They are made of the sums of their seven days (people_sums.py), hold as long as all of those do, and go with the first
of them. Quarters are put together to hours, so that who lives half an hour off reads days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import transaction
from django.db.models import Count, F

from telephony.calls import locks
from telephony.domain.exceptions import CallBusy
from telephony.jobs import Run
from telephony.models import PeopleDay, PeopleWeek, SeenPeople
from telephony.reports.counting import Kind
from telephony.reports.facts import DAY, HOUR, WEEK
from telephony.reports.people_sums import Sums, add_up
from telephony.reports.sums import lock_of, summed_days


def sum_due(*, run: Run | None = None) -> int:
    """Add up each week whose seven days are summed for some people, the latest first; returns how many."""
    run, done = run or Run(), 0
    for week, people in _due():
        if not run.goes_on():
            break
        try:
            done += sum_week(week=week, people=people)
        except CallBusy:
            continue  # Another process sums one of its days.
    return done


def _due() -> Iterator[tuple[int, list[int]]]:
    """Weeks, and whose sums each lacks."""
    whole = PeopleDay.objects.order_by().values("seen_id", week=F("day") / WEEK).annotate(days=Count("day"))
    known = set(PeopleWeek.objects.values_list("seen_id", "week"))
    lacking: dict[int, list[int]] = {}
    for seen, week in whole.filter(days=WEEK).values_list("seen_id", "week"):
        if (seen, week) not in known:
            lacking.setdefault(week, []).append(seen)
    return iter(sorted(lacking.items(), reverse=True))


@transaction.atomic
def sum_week(*, week: int, people: Sequence[int]) -> int:
    """Keep what the days say for each of these rows of SeenPeople; returns of how many. Raises CallBusy while another
    process sums one of the days.
    """
    _lock(week)
    rows = [PeopleWeek(seen_id=seen, week=week, sums=sums) for seen, sums in _of_days(week, people).items()]
    PeopleWeek.objects.bulk_create(rows, update_conflicts=True, unique_fields=["seen", "week"], update_fields=["sums"])
    return len(rows)


def _lock(week: int, patience_ms: int = 1000) -> None:
    locks.take(names=[lock_of(day) for day in days_of(week)], patience_ms=patience_ms)


def days_of(week: int) -> range:
    return range(week * WEEK, (week + 1) * WEEK)


def _of_days(week: int, people: Sequence[int]) -> dict[int, Sums]:
    """By row of SeenPeople; those alone that have all seven days."""
    told: dict[int, list[Sums]] = {}
    wanted = SeenPeople.objects.filter(pk__in=people)
    for seen, sums in PeopleDay.objects.filter(seen__in=wanted, day__in=days_of(week)).values_list("seen_id", "sums"):
        told.setdefault(seen, []).append(sums)
    return {seen: add_up(days, Kind.values, step=HOUR) for seen, days in told.items() if len(days) == WEEK}


def wrong_days() -> Iterator[int]:
    """The first days of weeks whose sums are read for somebody and are not what their days say."""
    for week in list(PeopleWeek.objects.order_by("week").values_list("week", flat=True).distinct()):
        if _is_wrong(week):
            yield week * WEEK


@transaction.atomic
def _is_wrong(week: int) -> bool:
    _lock(week, locks.PATIENCE_OF_WORKER_MS)
    kept = dict(PeopleWeek.objects.filter(week=week).values_list("seen_id", "sums"))
    told = _of_days(week, list(kept))
    quarters = week * WEEK * DAY, (week + 1) * WEEK * DAY
    return len(summed_days(*quarters)) == WEEK and any(sums != told.get(seen) for seen, sums in kept.items())
