"""How many calls a connection has in an hour of the week, learned from weeks before; and whether its silence is odd.

Calls are counted, not messages: how many messages make a call depends on what the PBX's settings send.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from telephony.domain.hours import is_working
from telephony.hours.selectors import hours_for
from telephony.models import CallFact, Connection, Schedule
from telephony.reports.facts import QUARTER, quarter_of

WEEKS = 4
WEEK = timedelta(days=7)
TOO_NEW = timedelta(days=14)
"""Whoever is known for a shorter time has no usual week."""
SURELY = 7.0
"""Calls that would have come by now. By chance none comes then once in a thousand times (e to the -7)."""
LONGEST = timedelta(days=3)
"""A silence that is looked back at."""
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    by_hour: Mapping[int, float]
    """Hour of the week, from Monday's midnight in the site's zone: calls that begin in it. Empty for the too new."""
    this_hour: int
    """Calls that began within the last hour."""

    @property
    def is_known(self) -> bool:
        return bool(self.by_hour)

    def at(self, moment: datetime) -> float:
        return self.by_hour.get(hour_of_week(moment), 0.0)


def hour_of_week(moment: datetime) -> int:
    local = timezone.localtime(moment)
    return local.weekday() * 24 + local.hour


def usual_of(connection: Connection, *, now: datetime) -> Usual:
    """Of the weeks in which it had calls, four at most."""
    facts = CallFact.objects.filter(connection=connection).order_by()
    begins = quarter_of(now - WEEKS * WEEK)
    lately = facts.filter(quarter__gte=begins, quarter__lt=quarter_of(now) + 1)
    counted = list(lately.values_list("quarter").annotate(Count("pk")))
    this_hour = sum(count for quarter, count in counted if quarter > quarter_of(now) - 4)
    first = min((quarter for quarter, _ in counted), default=None)
    if first is None or now - _moment(first) < TOO_NEW:
        return Usual(by_hour={}, this_hour=this_hour)
    weeks = max(1.0, (now - _moment(first)) / WEEK)
    sums: Counter[int] = Counter()
    for quarter, count in counted:
        sums[hour_of_week(_moment(quarter))] += count
    return Usual(by_hour={hour: count / weeks for hour, count in sums.items()}, this_hour=this_hour)


def missing_calls(connection: Connection, usual: Usual, *, since: datetime, now: datetime) -> float:
    """How many calls would usually have come since then, within working hours."""
    hours = hours_for(connection_id=connection.pk, our_number="") if Schedule.objects.exists() else None
    at, missing = max(since, now - LONGEST), 0.0
    while at < now:
        end = min(now, at + HOUR)
        if hours is None or is_working(hours, at):
            missing += usual.at(at) * ((end - at) / HOUR)
        at = end
    return missing


def _moment(quarter: int) -> datetime:
    return datetime.fromtimestamp(quarter * QUARTER, timezone.get_current_timezone())
