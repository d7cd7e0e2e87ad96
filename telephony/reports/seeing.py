"""The calls of a period that somebody may see, as reports count them: what `access.visible_calls` lets them see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Max, Min, Q, QuerySet

from telephony.calls import access
from telephony.calls.access import Scope
from telephony.models import CallFact, CallLeg
from telephony.reports.period import Period

Span = tuple[int, int]
"""Quarters of an hour: the first, and the first that is not in it any more."""
MOST_SPANS = 4
"""So many are looked up each for itself."""


def people_seen(user: Any) -> list[int] | None:
    """Whose calls the user sees, in order of their keys; None for those of everybody."""
    scope = access.seeing(user)
    if scope is Scope.ALL:
        return None
    return [] if scope is Scope.NOTHING else sorted(access.people_of(user, scope))


def seen_facts(user: Any, period: Period) -> QuerySet[CallFact]:
    return facts_of(people_seen(user), [period.quarters])


def facts_of(people: Sequence[int] | None, spans: Sequence[Span]) -> QuerySet[CallFact]:
    """Calls that began in one of the spans and that one of these people has a part in; None: all of them."""
    facts = CallFact.objects.filter(_within(spans)).order_by()
    if people is None:
        return facts
    if not people:
        return facts.none()
    legs = CallLeg.objects.filter(_calls_of(spans), user__in=people).order_by()
    return facts.filter(pk__in=facts.filter(user__in=people).values("pk").union(legs.values("call_id")))


def _within(spans: Sequence[Span]) -> Q:
    found = Q(pk__in=[])
    for first, end in spans:
        found |= Q(quarter__gte=first, quarter__lt=end)
    return found


def _calls_of(spans: Sequence[Span]) -> Q:
    """For legs: between which keys these calls are. Of somebody's many legs only those have to be looked at."""
    found = Q(pk__in=[])
    for some in [[span] for span in spans] if len(spans) <= MOST_SPANS else [spans]:
        # Without "+ 0" PostgreSQL would look for the least key by reading call after call from the first one on.
        between = CallFact.objects.filter(_within(some)).aggregate(first=Min(F("pk") + 0), last=Max(F("pk") + 0))
        if between["first"] is not None:
            found |= Q(call__gte=between["first"], call__lte=between["last"])
    return found
