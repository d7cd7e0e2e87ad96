"""When a report is due, and which days it tells of. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK, DAY = "week", "day"
MONDAY = 0


def next_due(*, period: str, hour: int, zone: ZoneInfo, after: datetime) -> datetime:
    """The first moment after this one at which a report is due.

    An hour that summer time leaves out is the one after it; of one that comes twice the first counts.
    """
    day = after.astimezone(zone).date() - timedelta(days=1)
    while True:
        moment = datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)
        if moment > after and (period == DAY or day.weekday() == MONDAY):
            return moment
        day += timedelta(days=1)


def days_of(*, period: str, day: date) -> tuple[date, date]:
    """The first and the last day that a report due on this day tells of."""
    yesterday = day - timedelta(days=1)
    if period == DAY:
        return yesterday, yesterday
    sunday = yesterday - timedelta(days=day.weekday())
    return sunday - timedelta(days=6), sunday
