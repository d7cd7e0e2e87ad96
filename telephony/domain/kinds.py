"""The words of a call: what may happen in it, its direction, how it stands or ended, and an employee's part in it."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property


class EventKind(StrEnum):
    """What happened. The order of declaration is the order of the phases of a call.

    A parser chooses by what the message is about, not by its name. One message may be two events.
    """

    ORDERED = "ordered"
    """Never chosen by a parser: the call was ordered here, and this says whom it is for, where the PBX doesn't."""
    CALL_STARTED = "call_started"
    """Choose this when a call came to the PBX or left it and no employee's phone is said to ring. `extension` only
    with `role=CALLING`: the employee who calls. A called extension would count as ringing: that is LEG_RINGING."""
    LEG_RINGING = "leg_ringing"
    """Choose this when one employee's phone rings: `extension` or `user_key` names it. It opens the card, so one event
    for each phone of a group, and none for an employee whose phone does not ring yet."""
    ANSWERED = "answered"
    """Choose this when an employee, or the client of an outgoing call, picked up; `extension` or `user_key` names the
    employee, if it is known. The other phones stop ringing. Not for a message that only names the time of an answer:
    that is `answered_at` of another event."""
    LEG_ENDED = "leg_ended"
    """Choose this when one employee left and the call goes on: an attended transfer (`transferred_to`), or a phone of a
    group that stopped ringing (`extension` and `status`). If nobody is left, it is ENDED."""
    ENDED = "ended"
    """Choose this when the whole call is over. `status` is the outcome; None if the message does not say, UNKNOWN if
    it says what nobody understands. `extension` may name who talked, where no ANSWERED tells. Where a PBX says so of
    each phone by itself, the fold finds out which of these is the call's end, if it has the PBX's times."""
    REAPED = "reaped"
    """Never chosen by a parser: the end never came, and the call was closed here. Any later sign of life undoes it."""
    RECORDING_READY = "recording_ready"
    """Choose this when the message tells of a recording and of nothing else. A link in another message stays in that
    message's event. It may be all that is known of a call: then the call neither rings nor talks."""

    @cached_property
    def phase(self) -> int:
        """Position within a call; breaks ties between events of the same moment."""
        return list(EventKind).index(self)


class Direction(StrEnum):
    """Seen from the company. A parser that is not told leaves `CallEvent.direction` None, never UNKNOWN."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    INTERNAL = "internal"
    UNKNOWN = "unknown"


class CallStatus(StrEnum):
    """Ringing and talking are states of an open call, the others are outcomes."""

    RINGING = "ringing"
    TALKING = "talking"
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def is_open(self) -> bool:
        return self in OPEN


OPEN = frozenset({CallStatus.RINGING, CallStatus.TALKING})
MISSED = frozenset({CallStatus.NO_ANSWER, CallStatus.BUSY, CallStatus.CANCELLED})
"""How a call ends that rang and that nobody took: an incoming one of these was missed (Call.is_missed)."""
UNANSWERED = MISSED | {CallStatus.FAILED}
"""The outcomes with which nobody talked."""


class LegRole(StrEnum):
    """Whether the employee was called, or is the one who calls."""

    CALLED = "called"
    CALLING = "calling"


class NoCallId(StrEnum):
    """How an event finds its call when the PBX sent no call id (see calls/locate.py)."""

    SAME_RING = "same_ring"
    """A ring of this number within 120 s belongs to the same call (Mobilon's template webhook)."""
    ENDS_OPEN_CALL = "ends_open_call"
    """The end of the only open call of this number (XVB's COMPLETED without callid)."""
