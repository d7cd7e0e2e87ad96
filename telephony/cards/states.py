"""What a card shows: which part of the call its user is in. Pure; reads rows that are loaded already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from telephony.domain.events import CallStatus, Direction, LegRole
from telephony.models import Call, CallLeg, Card

SILENT = timedelta(minutes=2)
"""A phone that rings this long without another word of the PBX most likely does not any more."""
RESULT_WAITS = timedelta(minutes=15)
"""How long a finished call's card waits for somebody to write down its result."""
GOODBYE = timedelta(seconds=6)
"""How long colleagues read who answered."""


class CardState(StrEnum):
    RINGING = "ringing"
    CALLING = "calling"
    """The user calls a client, who has not answered yet."""
    STALE = "stale"
    """It should have been answered or have ended by now, and the PBX says nothing."""
    TALKING = "talking"
    ENDED = "ended"
    UNANSWERED = "unanswered"
    """The client did not answer the user."""
    ELSEWHERE = "elsewhere"
    """Somebody else answered."""
    GONE = "gone"
    """Nothing to show: what was missed stands in the list of missed clients, and nowhere in the way."""

    @property
    def is_open(self) -> bool:
        return self in (CardState.RINGING, CardState.CALLING, CardState.STALE, CardState.TALKING)

    @property
    def rank(self) -> int:
        """What needs its user first: ringing, then what goes on, then what is over."""
        return 0 if self is CardState.RINGING else 1 if self.is_open else 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The state, since when, until when it is to be seen (None: until something happens), and who answered instead."""

    state: CardState
    since: datetime
    until: datetime | None = None
    answered_by: CallLeg | None = None
    leg: CallLeg | None = None


def situation_of(card: Card, legs: Sequence[CallLeg], *, now: datetime) -> Situation:
    """`legs` are all of the call's, in order."""
    call = card.call
    mine = [leg for leg in legs if leg.user_id == card.user_id]
    going_on = next((leg for leg in reversed(mine) if leg.is_open), None)
    if going_on is not None:
        return _going_on(card, going_on, now)
    talked = [leg for leg in mine if leg.answered_at]
    if talked:
        ended_at = talked[-1].ended_at or card.withdrawn_at or now
        return Situation(state=CardState.ENDED, since=ended_at, until=ended_at + RESULT_WAITS, leg=talked[-1])
    last = mine[-1] if mine else None
    stopped_at = card.withdrawn_at or (last.ended_at if last else None) or now
    other = next((leg for leg in legs if leg.answered_at and leg.user_id != card.user_id), None)
    is_outgoing = call.direction == Direction.OUTGOING
    if other is not None and not (is_outgoing and last is not None and last.role == LegRole.CALLING):
        until = stopped_at + GOODBYE
        return Situation(state=CardState.ELSEWHERE, since=stopped_at, until=until, answered_by=other, leg=last)
    return _nobody_answered(call, last, stopped_at)


def _going_on(card: Card, leg: CallLeg, now: datetime) -> Situation:
    talks = leg.status == CallStatus.TALKING
    if leg.role == LegRole.CALLING and card.call.status == CallStatus.TALKING:
        talks = True
    if talks:
        since = leg.answered_at or card.call.answered_at or card.created_at
        return Situation(state=CardState.TALKING, since=since, leg=leg)
    since = leg.rang_at or card.created_at
    if now - max(since, card.created_at) > SILENT:
        return Situation(state=CardState.STALE, since=since, leg=leg)
    state = CardState.CALLING if leg.role == LegRole.CALLING else CardState.RINGING
    return Situation(state=state, since=since, leg=leg)


def _nobody_answered(call: Call, leg: CallLeg | None, stopped_at: datetime) -> Situation:
    status = CallStatus(call.status)
    is_known = not status.is_open and status not in (CallStatus.UNKNOWN, CallStatus.ANSWERED)
    if is_known and call.direction == Direction.OUTGOING and leg is not None and leg.role == LegRole.CALLING:
        until = stopped_at + RESULT_WAITS
        return Situation(state=CardState.UNANSWERED, since=stopped_at, until=until, leg=leg)
    return Situation(state=CardState.GONE, since=stopped_at, leg=leg)
