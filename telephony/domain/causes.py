"""Why a call was lost: what its PBX says, else what is known here. Pure; telephony/ui has the words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from telephony.domain.events import UNANSWERED, CallStatus, Direction
from telephony.domain.reasons import EndReason


class Cause(StrEnum):
    """Every EndReason but GAVE_UP, which is told more closely, under the same word; and what only we can tell."""

    NOT_REGISTERED = "not_registered"
    BUSY = "busy"
    NOT_PICKED_UP = "not_picked_up"
    REJECTED = "rejected"
    OUTSIDE_HOURS = "outside_hours"
    NO_MONEY = "no_money"
    LIMIT = "limit"
    BLOCKED = "blocked"
    NOT_ALLOWED = "not_allowed"
    NO_SUCH_NUMBER = "no_such_number"
    UNREACHABLE = "unreachable"
    NOBODY = "nobody"
    PBX_ERROR = "pbx_error"
    GAVE_UP_WAITING = "gave_up_waiting"
    """The client hung up before any phone rang: in the greeting, the menu or the queue."""
    GAVE_UP_RINGING = "gave_up_ringing"
    """The client hung up while phones rang."""
    CALLER_GAVE_UP = "caller_gave_up"
    """Whoever called from here hung up before the other side answered."""
    NOBODYS_PHONE = "nobodys_phone"
    """Phones rang, and none of them is anybody's here."""
    NO_PHONE_RANG = "no_phone_rang"
    """Nobody answered, and the PBX told of no phone that rang."""
    UNKNOWN = "unknown"


CLOSED_ANYWAY = frozenset(
    {EndReason.NOT_PICKED_UP, EndReason.GAVE_UP, EndReason.NOBODY, EndReason.BUSY, EndReason.NOT_REGISTERED}
)
"""What a PBX says because nobody is at work: then that is the cause. A line without money is none at any hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """What is known of a call."""

    direction: str
    status: str
    reason: str = ""
    """An EndReason, where the PBX gave one."""
    is_outside: bool = False
    """It came in outside working hours."""
    owners: Iterable[bool] = ()
    """Of each phone that was called: whether it is somebody's. Looked at last."""


_BY_STATUS = {CallStatus.BUSY: Cause.BUSY, CallStatus.FAILED: Cause.PBX_ERROR}
"""What an outcome says by itself."""


def cause_of(call: Lost) -> Cause | None:
    """None of a call that was answered, goes on, or of whose end nothing is known."""
    if call.status not in UNANSWERED and not (call.reason and call.status == CallStatus.UNKNOWN):
        return None
    is_incoming = call.direction == Direction.INCOMING
    if is_incoming and call.is_outside and (not call.reason or call.reason in CLOSED_ANYWAY):
        return Cause.OUTSIDE_HOURS
    if call.reason and call.reason != EndReason.GAVE_UP:
        return Cause(call.reason)
    if not call.reason and call.status in _BY_STATUS:
        return _BY_STATUS[CallStatus(call.status)]
    has_given_up = bool(call.reason) or call.status == CallStatus.CANCELLED
    if is_incoming:
        return _of_waiting(call, has_given_up=has_given_up)
    unheard = Cause.UNKNOWN if call.direction == Direction.UNKNOWN else Cause.NOT_PICKED_UP
    return Cause.CALLER_GAVE_UP if has_given_up else unheard


def _of_waiting(call: Lost, *, has_given_up: bool) -> Cause:
    """Of a client who waited for somebody to answer."""
    owners = list(call.owners)
    if not owners:
        return Cause.GAVE_UP_WAITING if has_given_up else Cause.NO_PHONE_RANG
    if not call.reason and not any(owners):
        return Cause.NOBODYS_PHONE
    return Cause.GAVE_UP_RINGING if has_given_up else Cause.NOT_PICKED_UP
