"""How many calls the filters leave, and how long was talked in them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from telephony.models import Call

EXACT_TO = 10_000
"""More are not counted: it would take longer than reading the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    count: int
    """EXACT_TO at most."""
    talk_seconds: int | None
    """None if there are more."""

    @property
    def is_more(self) -> bool:
        return self.talk_seconds is None


def count(calls: QuerySet[Call]) -> Found:
    """One query, whatever the filters are."""
    first = calls.order_by().values("pk", "talk_seconds", "answered_at")[: EXACT_TO + 1]
    found = first.aggregate(count=Count("pk"), talked=Sum("talk_seconds", default=0))
    if found["count"] > EXACT_TO:
        return Found(count=EXACT_TO, talk_seconds=None)
    return Found(count=found["count"], talk_seconds=found["talked"])
