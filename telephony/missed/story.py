"""What happened to an item, in order: the client's attempts, our calls, and what people decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from telephony.calls import access
from telephony.missed.presenting import moment
from telephony.models import Call, MissedDecision, MissedItem
from telephony.ui.markup import change_url
from telephony.ui.presentation import CallRow, call_rows, person

MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened: a call, or a decision."""

    at: datetime
    when: str
    icon: str
    text: str
    note: str = ""
    call: CallRow | None = None
    url: str = ""
    is_attempt: bool = False


def of(item: MissedItem, user: Any) -> list[Step]:
    """Oldest first. Calls that the user may not see are left out."""
    steps = [*_calls(item, user), *_decisions(item)]
    return sorted(steps, key=lambda step: step.at)


def unseen_attempts(item: MissedItem, steps: Sequence[Step]) -> int:
    """How many of the client's attempts are calls that are not this user's to see: they rang for others."""
    return max(0, item.attempts - sum(step.is_attempt for step in steps)) if steps else 0


def _calls(item: MissedItem, user: Any) -> list[Step]:
    same = Q(client_e164=item.client_key) | Q(client_e164="", client_match=item.client_key)
    if item.contact_id is not None:
        same |= Q(contact=item.contact_id)
    calls = Call.objects.filter(same, started_at__gte=item.first_at)
    if item.closed_at is not None:
        calls = calls.filter(started_at__lte=item.closed_at)
    if item.closing_call_id is not None:  # It may have begun before the first missed one.
        calls |= Call.objects.filter(pk=item.closing_call_id)
    found = access.visible_calls(user, calls).select_related("connection", "contact", "responsible")
    now = timezone.now()
    told = found.order_by("started_at")[:MOST]
    return [
        Step(
            at=call.started_at,
            when=moment(call.started_at, now),
            icon="call_missed" if call.is_missed else row.icon,
            text="",
            call=row,
            url=change_url(call),
            is_attempt=call.is_missed,
        )
        for call, row in zip(told, call_rows(told), strict=True)
    ]


_ICONS = {"taken": "pan_tool", "given": "person", "snoozed": "snooze", "closed": "check_circle", "reopened": "undo"}


def _decisions(item: MissedItem) -> list[Step]:
    """Of this number; of a contact's other numbers they are in the items of that time."""
    found = MissedDecision.objects.filter(client_key=item.client_key, at__gte=item.first_at).select_related("by", "to")
    later = MissedItem.objects.filter(client_key=item.client_key, first_at__gt=item.first_at).order_by("first_at")
    if following := later.first():
        found = found.filter(at__lt=following.first_at)
    now = timezone.now()
    return [
        Step(
            at=said.at,
            when=moment(said.at, now),
            icon=_ICONS[said.kind],
            text=_words(said, now),
            note=said.note,
        )
        for said in found[:MOST]
    ]


def _words(said: MissedDecision, now: datetime) -> str:
    words = f"{person(said.by) if said.by else gettext('somebody')}: {said.get_kind_display()}"
    if said.to is not None:
        words += f" → {person(said.to)}"
    if said.until is not None:
        words += f" → {moment(said.until, now)}"
    return f"{words}, {said.get_reason_display()}" if said.reason else words
