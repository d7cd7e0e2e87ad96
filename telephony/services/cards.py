"""Who has a ringing call on the screen.

protocols.md, "Popups": only for a ringing leg of a mapped user, once per call and user; not for late,
internal or finished calls; withdrawn when somebody else answers or the caller gives up.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from telephony.events import CallStatus, Direction, LegRole
from telephony.models import Call, CallLeg, Card

LATE = timedelta(minutes=2)
"""A ring that we hear of only now, or that is replayed, is no reason to interrupt anybody."""


def update_cards(*, call: Call, legs: Sequence[CallLeg], now: datetime) -> None:
    """Give a card to whose phone rings, and take it from whose part in the call is over."""
    if call.direction == Direction.INTERNAL:
        return
    concerned = {leg.user_id for leg in legs if CallStatus(leg.status).is_open}
    rings = {leg.user_id for leg in legs if leg.user_id is not None and _rings(leg, now)}
    Card.objects.bulk_create([Card(call=call, user_id=user) for user in sorted(rings)], ignore_conflicts=True)
    if any(leg.user_id and leg.user_id not in concerned for leg in legs):
        shown = Card.objects.filter(call=call, withdrawn_at=None)
        shown.exclude(user_id__in=[user for user in concerned if user]).update(withdrawn_at=now)


def _rings(leg: CallLeg, now: datetime) -> bool:
    rings = leg.role == LegRole.CALLED and leg.status == CallStatus.RINGING
    return rings and leg.rang_at is not None and leg.rang_at > now - LATE
