"""What sums say of a period, for whoever asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.db import models
from django.db.models import QuerySet, Sum
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast

from telephony.models import CallSum, PeopleDay, PeopleWeek
from telephony.reports.counting import ByValue, Kind
from telephony.reports.counts import COUNTED, Counts
from telephony.reports.facts import DAY, HOUR, WEEK
from telephony.reports.people_sums import add_up, key_of
from telephony.reports.people_weeks import days_of
from telephony.reports.seeing import Span
from telephony.reports.sums import summed_days

FEW_KINDS = 3
"""Of seven."""


def read_days(
    span: Span, kinds: Sequence[str], *, people: Sequence[int] | None, step: int
) -> tuple[Mapping[str, ByValue], list[Span]]:
    """What the sums say of the days in this span, and of which parts of it they say nothing. None: of all calls."""
    days = summed_days(*span)
    found = _of_all(days, kinds, step) if people is None else {}
    if people:
        days, found = _of_people(people, days, kinds, step)
    return found, _without(span, days)


def _of_all(days: Sequence[int], kinds: Sequence[str], step: int) -> dict[str, ByValue]:
    found: dict[str, ByValue] = defaultdict(dict)
    if days:
        sums = CallSum.objects.filter(day__in=days, kind__in=[kind for kind in kinds if kind != Kind.QUARTER])
        for kind, value, counts in _added(sums, "value"):
            found[kind][value] = counts
    if days and Kind.QUARTER in kinds:
        sums = CallSum.objects.filter(day__in=days, kind=Kind.QUARTER)
        quarter = Cast("value", models.IntegerField())
        for kind, value, counts in _added(sums.annotate(at=quarter / step * step), "at"):
            found[kind][str(value)] = counts
    return found


def _added(sums: QuerySet[CallSum], column: str) -> Iterator[tuple[str, str, Counts]]:
    grouped = sums.values("kind", column).annotate(**{f"all_{name}": Sum(name) for name in COUNTED}).order_by()
    for kind, value, *counts in grouped.values_list("kind", column, *(f"all_{name}" for name in COUNTED)):
        yield kind, value, Counts(**dict(zip(COUNTED, map(int, counts), strict=True)))


def _of_people(
    people: Sequence[int], days: Sequence[int], kinds: Sequence[str], step: int
) -> tuple[list[int], dict[str, ByValue]]:
    """Which of the days have sums for these people, and what they say."""
    key = key_of(people)
    seen: list[int] = []
    told: list[Mapping[str, Any]] = []
    if Kind.QUARTER not in kinds or step % HOUR == 0:
        weeks = [week for week, some in groupby(days, key=lambda day: day // WEEK) if len(list(some)) == WEEK]
        # One statement: a week can't go meanwhile, nor can a day below.
        for week, sums in _sums_of(PeopleWeek.objects.filter(seen__key=key, week__in=weeks), "week", kinds):
            seen += days_of(week)
            told.append(sums)
    rest = sorted({*days} - {*seen})
    for day, sums in _sums_of(PeopleDay.objects.filter(seen__key=key, day__in=rest), "day", kinds):
        seen.append(day)
        told.append(sums)
    found = {
        kind: {value: Counts(**dict(zip(COUNTED, counts, strict=False))) for value, counts in values.items()}
        for kind, values in add_up(told, kinds, step=step).items()
    }
    return sorted(seen), found


def _sums_of(rows: QuerySet[Any], column: str, kinds: Sequence[str]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Days or weeks with their sums, at least of these kinds. Each kind that is picked out costs the database as much
    as the whole row does: of many kinds the whole row is read."""
    if len(kinds) > FEW_KINDS:
        yield from rows.values_list(column, "sums")
        return
    for number, *sums in rows.values_list(column, *(KeyTransform(kind, "sums") for kind in kinds)):
        yield number, dict(zip(kinds, sums, strict=True))


def _without(span: Span, days: Sequence[int]) -> list[Span]:
    """What is left of the span without these days, which lie in it, in order."""
    first, end = span
    found = []
    for day in days:
        found.append((first, day * DAY))
        first = (day + 1) * DAY
    return [(begin, until) for begin, until in [*found, (first, end)] if begin < until]
