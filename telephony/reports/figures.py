"""The figures of a period, for a user, and never behind: of the calls themselves, and of sums where those hold.

A call counts where it began, a client who was missed where the first attempt was. What goes on counts as a call and
is neither answered nor missed yet. Times are whole seconds, of which medians and percentiles are exact.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import gcd
from typing import Any

from django.db import connection
from django.db.models import Aggregate, Count, DurationField, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from telephony.calls import access
from telephony.models import MissedItem, MissedState
from telephony.reports.counting import ByValue, Kind, count_by
from telephony.reports.counts import Counts, Times, added, rank_of, share
from telephony.reports.facts import HOUR, QUARTER
from telephony.reports.period import Period, local
from telephony.reports.reading import read_days
from telephony.reports.seeing import facts_of, people_seen

SERVICE_SECONDS = 20
"""An answer within this time is a quick one, unless somebody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """Clients who were missed, each once however often they tried."""

    missed: int
    returned: int
    """Somebody has talked with them since."""
    waiting: int
    closed: int
    """Closed by a person without a talk."""
    half_within: int | None = None
    """Seconds from the first attempt to the talk, within which half of those returned were; and nine in ten."""
    most_within: int | None = None

    @property
    def not_returned(self) -> int:
        return self.waiting + self.closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    total: Counts
    waits: Times
    """Until an incoming call was answered, where the PBX told it."""
    clients: Clients
    service_seconds: int = SERVICE_SECONDS
    by_day: dict[date, Counts] = field(default_factory=dict)
    by_hour: dict[int, Counts] = field(default_factory=dict)
    by_weekday_hour: dict[tuple[int, int], Counts] = field(default_factory=dict)
    """Monday is 1."""
    parts: Mapping[str, ByValue] = field(default_factory=dict)
    """Of each kind that was asked for, the counts of its values."""

    @property
    def answered_quickly(self) -> int:
        return self.waits.up_to(self.service_seconds)

    @property
    def service_level(self) -> int | None:
        """Percent of the calls with an outcome in working hours, or that were answered, that were answered quickly."""
        return share(self.answered_quickly, self.total.answered + self.total.missed)


def read_figures(
    user: Any, period: Period, *, service_seconds: int = SERVICE_SECONDS, parts: Iterable[str] = ()
) -> Figures:
    """What the user may know of the period, by day, by hour, and by these other kinds."""
    step = _step(period)
    counted = read_counts(user, period, {Kind.QUARTER, Kind.WAIT, *parts}, step=step)
    days = {day: Counts() for day in period.dates()}
    hours = {hour: Counts() for hour in range(24)}
    week = {(weekday, hour): Counts() for weekday in range(1, 8) for hour in range(24)}
    for quarter, counts in counted[Kind.QUARTER].items():
        moment = local(int(quarter), period.zone)
        day = moment.date()
        days[day].add(counts)
        week[day.isoweekday(), moment.hour].add(counts)
    for (_weekday, hour), counts in week.items():
        hours[hour].add(counts)
    return Figures(
        total=added(days.values()),
        waits=waits_in(counted[Kind.WAIT]),
        clients=read_clients(user, period),
        service_seconds=service_seconds,
        by_day=days,
        by_hour=hours,
        by_weekday_hour=week,
        parts=counted,
    )


def _step(period: Period) -> int:
    """Into how many quarters of an hour at once the zone's hours can be cut: four, but where clocks are half an hour
    or a quarter off."""
    step, day = HOUR, period.first - timedelta(days=1)
    while day <= period.last + timedelta(days=1):
        noon = Period(first=day, last=day, zone=period.zone).begin + timedelta(hours=12)
        offset = noon.astimezone(period.zone).utcoffset() or timedelta(0)
        step, day = gcd(step, int(offset.total_seconds()) // QUARTER), day + timedelta(days=1)
    return step


def read_summary(user: Any, period: Period, *, service_seconds: int = SERVICE_SECONDS) -> Figures:
    """The same without days and hours."""
    counted = read_counts(user, period, (Kind.CONNECTION, Kind.WAIT))
    return Figures(
        total=added(counted[Kind.CONNECTION].values()),
        waits=waits_in(counted[Kind.WAIT]),
        clients=read_clients(user, period),
        service_seconds=service_seconds,
    )


def read_counts(user: Any, period: Period, kinds: Iterable[str], *, step: int = 1) -> Mapping[str, ByValue]:
    """By these kinds: of sums, and of the calls of days that have none for these people, or whose sums don't hold."""
    people, wanted = people_seen(user), list(kinds)
    sums, rest = read_days(period.quarters, wanted, people=people, step=step)
    found: dict[str, ByValue] = defaultdict(dict, sums)
    for kind, values in count_by(facts_of(people, rest), wanted, step=step).items():
        for value, counts in values.items():
            found[kind].setdefault(value, Counts()).add(counts)
    return found


def waits_in(values: ByValue) -> Times:
    return Times(of=Counter({int(seconds): counts.calls for seconds, counts in values.items()}))


def seen_items(user: Any, period: Period) -> QuerySet[MissedItem]:
    """Clients whose first missed call was in the period, as far as the user may see them."""
    return access.visible_missed(user, between=(period.begin, period.end))


def read_clients(user: Any, period: Period) -> Clients:
    return clients_of(seen_items(user, period))


def clients_of(items: QuerySet[MissedItem]) -> Clients:
    rows: Any = items.order_by().annotate(took=F("closed_at") - F("first_at"))
    is_returned, at_once = Q(state=MissedState.RETURNED, closed_at__isnull=False), connection.vendor == "postgresql"
    counts: dict[str, Any] = rows.aggregate(
        missed=Count("pk"),
        returned=Count("pk", filter=is_returned),
        closed=Count("pk", filter=Q(state=MissedState.CLOSED)),
        **{f"in_{percent}": Within("took", percent=percent, filter=is_returned) for percent in PERCENTS if at_once},
    )
    times = [counts.pop(f"in_{percent}") for percent in PERCENTS if at_once]
    if not at_once:
        times = _times_at(rows.filter(is_returned), [rank_of(percent, counts["returned"]) for percent in PERCENTS])
    half, most = (None if took is None else max(0, int(took.total_seconds())) for took in times)
    waiting = counts["missed"] - counts["returned"] - counts["closed"]
    return Clients(**counts, waiting=waiting, half_within=half, most_within=most)


PERCENTS = (50, 90)


class Within(Aggregate):
    """The shortest time within which so many percent of them lie, on PostgreSQL: in one statement with the counts, so
    that who may see which item is worked out once."""

    function = "PERCENTILE_DISC"
    template = "%(function)s(%(percent)s / 100.0) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def _times_at(returned: Any, ranks: Sequence[int]) -> list[timedelta | None]:
    """The times that have these ranks in order."""
    rows = returned.annotate(rank=Window(RowNumber(), order_by="took")).filter(rank__in=ranks)
    found = dict(rows.values_list("rank", "took"))
    return [found.get(rank) for rank in ranks]
