"""The figures of a period, for a user: counted of CallFact rows when somebody asks, so they are never behind.

A call counts where it began, a client who was missed where the first attempt was. What goes on counts as a call and
is neither answered nor missed yet. Times are whole seconds, of which medians are exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from telephony.calls import access
from telephony.calls.access import Scope
from telephony.domain import events
from telephony.domain.events import CallStatus, Direction
from telephony.models import CallFact, CallLeg, MissedItem, MissedState
from telephony.reports.period import Period, local

SERVICE_SECONDS = 20
"""An answer within this time is a quick one, unless somebody says otherwise."""
INCOMING, OUTGOING = Q(direction=Direction.INCOMING), Q(direction=Direction.OUTGOING)
ANSWERED, UNANSWERED = Q(status=CallStatus.ANSWERED), Q(status__in=sorted(events.MISSED))


def counts_by(path: str = "") -> dict[str, Any]:
    """The aggregates of Counts, where `path` leads to the CallFact."""

    def of(**facts: Any) -> Q:
        return Q(**{f"{path}{name}": value for name, value in facts.items()})

    incoming, outgoing = of(direction=Direction.INCOMING), of(direction=Direction.OUTGOING)
    answered, unanswered = of(status=CallStatus.ANSWERED), of(status__in=sorted(events.MISSED))
    return {
        "calls": Count("pk"),
        "incoming": Count("pk", filter=incoming),
        "answered": Count("pk", filter=incoming & answered),
        "missed": Count("pk", filter=incoming & unanswered & of(outside=False)),
        "missed_outside": Count("pk", filter=incoming & unanswered & of(outside=True)),
        "outgoing": Count("pk", filter=outgoing),
        "reached": Count("pk", filter=outgoing & answered),
        "talk_seconds": Sum(f"{path}talk_seconds", filter=answered, default=0),
    }


COUNTS = counts_by()


@dataclass(slots=True, kw_only=True)
class Counts:
    """Of any set of calls. Missed are incoming calls that nobody answered: in working hours, and outside of them."""

    calls: int = 0
    incoming: int = 0
    answered: int = 0
    missed: int = 0
    missed_outside: int = 0
    outgoing: int = 0
    reached: int = 0
    """Outgoing calls that the client answered."""
    talk_seconds: int = 0

    def add(self, other: Counts) -> None:
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def missed_share(self) -> int | None:
        return share(self.missed, self.answered + self.missed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Times in seconds, as how often each was measured."""

    of: Counter[int]

    @property
    def median(self) -> int | None:
        return self.within(50)

    def within(self, percent: int) -> int | None:
        """The shortest time within which so many percent of them lie; None without any."""
        rank = -(-self.of.total() * percent // 100)
        for seconds in sorted(self.of):
            rank -= self.of[seconds]
            if rank <= 0:
                return seconds
        return None

    def up_to(self, seconds: int) -> int:
        return sum(count for value, count in self.of.items() if value <= seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """Clients who were missed, each once however often they tried."""

    missed: int
    returned: int
    """Somebody has talked with them since."""
    waiting: int
    closed: int
    """Closed by a person without a talk."""
    times: Times
    """From the first attempt to the talk."""

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

    @property
    def answered_quickly(self) -> int:
        return self.waits.up_to(self.service_seconds)

    @property
    def service_level(self) -> int | None:
        """Percent of the calls with an outcome in working hours, or that were answered, that were answered quickly."""
        return share(self.answered_quickly, self.total.answered + self.total.missed)


def share(part: int, whole: int) -> int | None:
    """In whole percent."""
    return round(100 * part / whole) if whole else None


def read_figures(user: Any, period: Period, *, service_seconds: int = SERVICE_SECONDS) -> Figures:
    """What the user may know of the period."""
    facts = seen_facts(user, period)
    names = list(COUNTS)
    rows = facts.values("quarter").annotate(**COUNTS).values_list("quarter", *names)
    total, days = Counts(), {day: Counts() for day in period.dates()}
    hours = {hour: Counts() for hour in range(24)}
    week = {(weekday, hour): Counts() for weekday in range(1, 8) for hour in range(24)}
    for quarter, *values in rows:
        counts = Counts(**dict(zip(names, values, strict=True)))
        moment = local(quarter, period.zone)
        day = moment.date()
        for place in (total, days[day], hours[moment.hour], week[day.isoweekday(), moment.hour]):
            place.add(counts)
    return Figures(
        total=total,
        waits=waits_of(facts),
        clients=read_clients(user, period),
        service_seconds=service_seconds,
        by_day=days,
        by_hour=hours,
        by_weekday_hour=week,
    )


def read_summary(user: Any, period: Period, *, service_seconds: int = SERVICE_SECONDS) -> Figures:
    """The same without days and hours."""
    facts = seen_facts(user, period)
    return Figures(
        total=Counts(**facts.aggregate(**COUNTS)),
        waits=waits_of(facts),
        clients=read_clients(user, period),
        service_seconds=service_seconds,
    )


def seen_facts(user: Any, period: Period) -> QuerySet[CallFact]:
    """Of the period's calls those that `access.visible_calls` lets the user see."""
    first, end = period.quarters
    facts = CallFact.objects.filter(quarter__gte=first, quarter__lt=end).order_by()
    scope = access.seeing(user)
    if scope is Scope.ALL:
        return facts
    if scope is Scope.NOTHING:
        return facts.none()
    people = access.people_of(user, scope)
    # The period's calls stand close together: of somebody's many legs only those there have to be looked at.
    between = facts.aggregate(first=Min("pk"), last=Max("pk"))
    if between["first"] is None:
        return facts
    legs = CallLeg.objects.filter(user__in=people, call__gte=between["first"], call__lte=between["last"]).order_by()
    return facts.filter(Q(user__in=people) | Q(pk__in=legs.values("call")))


def waits_of(facts: QuerySet[CallFact]) -> Times:
    answered = facts.filter(INCOMING & ANSWERED, wait_seconds__isnull=False)
    return Times(of=Counter(dict(answered.values_list("wait_seconds").annotate(count=Count("pk")))))


def seen_items(user: Any, period: Period) -> QuerySet[MissedItem]:
    """Clients whose first missed call was in the period, as far as the user may see them."""
    return access.visible_missed(user).filter(first_at__gte=period.begin, first_at__lt=period.end)


def read_clients(user: Any, period: Period) -> Clients:
    return clients_of(seen_items(user, period))


def clients_of(items: QuerySet[MissedItem]) -> Clients:
    rows = list(items.order_by().values_list("state", "first_at", "closed_at"))
    returned = [(first, over) for state, first, over in rows if state == MissedState.RETURNED and over]
    closed = sum(state == MissedState.CLOSED for state, _first, _over in rows)
    return Clients(
        missed=len(rows),
        returned=len(returned),
        closed=closed,
        waiting=len(rows) - len(returned) - closed,
        times=times_of((over - first).total_seconds() for first, over in returned),
    )


def times_of(seconds: Iterable[float]) -> Times:
    return Times(of=Counter(max(0, int(value)) for value in seconds))
