"""What people said came of calls: read with the calls of a list, in words for whoever looks at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q

from telephony.models import Call, CallResult
from telephony.ui.presentation import person


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One user's words of a call; `label` is the chosen result, and may be empty as `note` may."""

    user_id: int | None
    label: str
    note: str
    who: str
    at: datetime
    changed_by: str
    """Who wrote it last; empty if it was the user."""


def with_results() -> Prefetch[str]:
    """For `prefetch_related` of calls: what `said_of` needs, the latest first."""
    rows = CallResult.objects.exclude(Q(note="") & Q(disposition=None)).order_by("-at", "-pk")
    return Prefetch("results", rows.select_related("user", "disposition", "changed_by"), to_attr="said_rows")


def said_of(call: Call) -> list[Said]:
    """Of a call that was read `with_results`."""
    return [_said(row) for row in getattr(call, "said_rows", ())]


def _said(row: CallResult) -> Said:
    return Said(
        user_id=row.user_id,
        label=str(row.disposition or ""),
        note=row.note,
        who=person(row.user),
        at=row.at,
        changed_by=person(row.changed_by),
    )
