"""How many calls and messages a connection has in an hour of the week, learned from weeks before; and whether its
silence is odd.

Silence is judged by calls, not by messages: they come by chance, one by one, while a call's messages come together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from telephony.domain.hours import is_working
from telephony.health.message_hours import hours_of
from telephony.hours.selectors import hours_for
from telephony.models import CallFact, Connection, Schedule
from telephony.reports.facts import QUARTER, quarter_of

WEEKS = 4
WEEK = timedelta(days=7)
TOO_NEW = timedelta(days=14)
"""Whoever is known for a shorter time has no usual week."""
SURELY = 7.0
"""Calls that would have come by now. By chance none comes then once in a thousand times (e to the -7)."""
LONGEST = WEEKS * WEEK
"""A silence that is looked back at; after it nothing has to be known of what is usual."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    by_hour: Mapping[int, float]
    """Hour of the week, from Monday's midnight in the site's zone: calls that begin in it. Empty for the too new."""
    this_hour: int
    """Calls that began within the last hour."""
    messages_by_hour: Mapping[int, float] = field(default_factory=dict)
    """As `by_hour`."""

    @property
    def is_known(self) -> bool:
        return bool(self.by_hour)

    def at(self, moment: datetime) -> float:
        return self.by_hour.get(hour_of_week(moment), 0.0)

    def messages_at(self, moment: datetime) -> float | None:
        """None while it is not known."""
        return self.messages_by_hour.get(hour_of_week(moment), 0.0) if self.messages_by_hour else None


def hour_of_week(moment: datetime) -> int:
    local = timezone.localtime(moment)
    return local.weekday() * 24 + local.hour


def usual_of(connection: Connection, *, now: datetime, last: datetime | None) -> Usual:
    """Of the weeks in which it had calls, four at most; of one that is silent those before its `last` message, or else
    it would come to be usual that nothing comes."""
    end = now if last is None or now - last < DAY else last
    facts = CallFact.objects.filter(connection=connection).order_by()
    learned = facts.filter(quarter__gte=quarter_of(end - WEEKS * WEEK), quarter__lt=quarter_of(end) + 1)
    calls = [(_moment(quarter), count) for quarter, count in learned.values_list("quarter").annotate(Count("pk"))]
    messages = hours_of(connection, begin=end - WEEKS * WEEK, end=end)
    this_hour = facts.filter(quarter__gt=quarter_of(now) - 4, quarter__lt=quarter_of(now) + 1).count()
    return Usual(by_hour=_by_hour(calls, end=end), this_hour=this_hour, messages_by_hour=_by_hour(messages, end=end))


def _by_hour(counted: Sequence[tuple[datetime, int]], *, end: datetime) -> dict[int, float]:
    """How many there are a week in each of its hours; empty for what is counted for too short a time."""
    first = min((at for at, _ in counted), default=end)
    if end - first < TOO_NEW:
        return {}
    weeks, sums = max(1.0, (end - first) / WEEK), Counter[int]()
    for at, count in counted:
        sums[hour_of_week(at)] += count
    return {hour: count / weeks for hour, count in sums.items()}


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
