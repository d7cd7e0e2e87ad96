"""Whole days of the viewer's zone, and what quarters of an hour they are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from telephony.reports.facts import QUARTER

MOST_DAYS = 92


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From the first day to the last, both included, from midnight to midnight on the zone's clocks."""

    first: date
    last: date
    zone: tzinfo

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def begin(self) -> datetime:
        return midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """Not included."""
        return midnight(self.last + timedelta(days=1), self.zone)

    @property
    def quarters(self) -> tuple[int, int]:
        """The first one, and the first that is not in it any more."""
        return int(self.begin.timestamp()) // QUARTER, int(self.end.timestamp()) // QUARTER

    @property
    def before(self) -> Period:
        """As many days before it."""
        return Period(first=self.first - timedelta(days=self.days), last=self.first - timedelta(days=1), zone=self.zone)

    def dates(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range(self.days)]


def midnight(day: date, zone: tzinfo) -> datetime:
    """When this day begins; where clocks skip midnight, the first moment after it."""
    moment = datetime.combine(day, time.min, tzinfo=zone)
    return moment.astimezone(UTC)


def local(quarter: int, zone: tzinfo) -> datetime:
    """What the zone's clocks show when this quarter of an hour begins."""
    return datetime.fromtimestamp(quarter * QUARTER, zone)
