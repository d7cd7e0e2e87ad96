"""The figures of a period for somebody, of all that they may see or, of that, of some people's calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from telephony.models import CallFact, CallLeg
from telephony.reports.counting import Kind, count_by
from telephony.reports.counts import added
from telephony.reports.figures import Figures, clients_of, read_summary, seen_items, waits_in
from telephony.reports.period import Period
from telephony.reports.seeing import seen_facts


def facts_of(user: Any, period: Period, people: Sequence[int] | None = None) -> QuerySet[CallFact]:
    """Of the period's calls those that the user may see; with `people`, of these only those with a part of theirs."""
    facts = seen_facts(user, period)
    if people is None:
        return facts
    first, end = period.quarters
    between = CallFact.objects.filter(quarter__gte=first, quarter__lt=end).values("pk")
    legs = CallLeg.objects.filter(user__in=people, call__in=between).order_by()
    return facts.filter(Q(user__in=people) | Q(pk__in=legs.values("call")))


def read_figures(user: Any, period: Period, people: Sequence[int] | None = None) -> Figures:
    """What telephony/reports says; with `people`, of their calls alone. A client counts where the first attempt was."""
    if people is None:
        return read_summary(user, period)
    facts = facts_of(user, period, people)
    counted = count_by(facts, (Kind.CONNECTION, Kind.WAIT))
    return Figures(
        total=added(counted[Kind.CONNECTION].values()),
        waits=waits_in(counted[Kind.WAIT]),
        clients=clients_of(seen_items(user, period).filter(first_call__in=facts.values("pk"))),
    )
