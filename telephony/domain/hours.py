"""Working hours: whether somebody is at work at a moment, and what moment it is so much working time later.

A schedule is a week of a wall clock, and days that are otherwise. All moments are aware; wall times become moments by
the zone's rules of their own day, so a night on which the clocks change is as long as it really is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

DAY = 24 * 60
"""Minutes."""
LONGEST_SEARCH = 400
"""Days in which a schedule has to open at least once: a company that is closed for a year has no hours."""
_SPAN = re.compile(r"(\d{1,2})(?:[:.]([0-5]\d))?\s*[-–—]\s*(\d{1,2})(?:[:.]([0-5]\d))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From and until, in minutes after midnight; past midnight `ends` is over 1440 (22:00-06:00 is 1320 to 1800)."""

    begins: int
    ends: int

    def __str__(self) -> str:
        return f"{_clock(self.begins)}–{_clock(self.ends)}"


Spans = tuple[Span, ...]
CLOSED: Spans = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When people are at work."""

    zone: ZoneInfo
    week: Sequence[Spans]
    """Seven days, Monday first."""
    days: Mapping[date, Spans] = field(default_factory=dict)
    """Days that are otherwise than their weekday: holidays are CLOSED."""

    def of_day(self, day: date) -> Spans:
        return self.days.get(day, self.week[day.weekday()])


ALWAYS = Hours(zone=ZoneInfo("UTC"), week=[(Span(0, DAY),)] * 7)
"""Somebody is there at any time."""


def is_working(hours: Hours, moment: datetime) -> bool:
    """Whether somebody is at work. A span's last minute is not in it: at 18:00 they have gone."""
    return hours is ALWAYS or any(begins <= moment < ends for begins, ends in _stretches(hours, moment, days=1))


def add_working(hours: Hours, moment: datetime, span: timedelta) -> datetime | None:
    """The moment at which so much working time has passed since `moment`; None for hours that never come.

    Work that would end exactly at closing time ends then. With no time at all: now if open, else the next opening.
    """
    rest = span
    for begins, ends in _once_each(_stretches(hours, moment)):
        at_work = max(begins, moment)
        if at_work >= ends:
            continue
        if rest <= ends - at_work:
            return at_work + rest
        rest -= ends - at_work
    return None


def working_between(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """How much working time there is between two moments; nothing if `end` is not later."""
    total = timedelta(0)
    for begins, ends in _once_each(_stretches(hours, start, days=max(0, (end - start).days) + 2)):
        if begins >= end:
            break
        total += max(timedelta(0), min(ends, end) - max(begins, start))
    return total


def next_opening(hours: Hours, moment: datetime) -> datetime | None:
    """When work begins next, or `moment` itself while it is going on; None for hours that never come."""
    return add_working(hours, moment, timedelta(0))


def read_spans(text: str) -> Spans:
    """What people write of one day: `9-18`, `09:00–13:00, 14:00–18:00`, `22:00-06:00`, `0-24`; nothing is closed.

    Raises ValueError, with the part that can't be read as its only argument.
    """
    spans = sorted(_read_span(part.strip()) for part in re.split(r"[,;]", text) if part.strip())
    for before, span in pairwise(spans):
        if span.begins < before.ends:
            raise ValueError(f"{before}, {span}")
    return tuple(spans)


def write_spans(spans: Spans) -> str:
    """As `read_spans` reads it."""
    return ", ".join(str(span) for span in spans)


def shortened(spans: Spans, by: int) -> Spans:
    """The same day, ending so many minutes earlier."""
    left, rest = list(spans), by
    while left and rest >= left[-1].ends - left[-1].begins:
        last = left.pop()
        rest -= last.ends - last.begins
    if left and rest:
        left[-1] = Span(left[-1].begins, left[-1].ends - rest)
    return tuple(left)


def _read_span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(text)
    begins, ends = (int(found[at]) * 60 + int(found[at + 1] or 0) for at in (1, 3))
    if begins >= DAY or ends > DAY or begins == ends:
        raise ValueError(text)
    return Span(begins, ends if ends > begins else ends + DAY)


def _clock(minutes: int) -> str:
    minutes = minutes if minutes == DAY else minutes % DAY
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _stretches(hours: Hours, moment: datetime, *, days: int = LONGEST_SEARCH) -> Iterator[tuple[datetime, datetime]]:
    """Begin and end, UTC, of each span from the day before (it may reach over midnight), in order of their begin."""
    first = moment.astimezone(hours.zone).date()
    for back in range(-1, days + 1):
        day = first + timedelta(days=back)
        for span in hours.of_day(day):
            yield _moment(hours.zone, day, span.begins), _moment(hours.zone, day, span.ends)


def _once_each(stretches: Iterator[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """The same, without what an earlier one has already: a night may reach into the next day's hours."""
    done = datetime.min.replace(tzinfo=UTC)
    for begins, ends in stretches:
        if ends > done:
            yield max(begins, done), ends
            done = ends


def _moment(zone: ZoneInfo, day: date, minutes: int) -> datetime:
    """A wall time as a moment; one that the clocks skip is as much later as they jump."""
    day, minutes = day + timedelta(days=minutes // DAY), minutes % DAY
    return datetime.combine(day, time(minutes // 60, minutes % 60), zone).astimezone(UTC)
