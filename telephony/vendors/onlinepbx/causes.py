"""How a call of OnlinePBX ended: by the length of the talk first, by FreeSWITCH's word second."""

from __future__ import annotations

from telephony.domain import outcomes
from telephony.domain.events import CallStatus
from telephony.domain.reasons import FREESWITCH, EndReason

# Source: FreeSWITCH's causes that name a fault or a refusal on the way, not a person's.
FAULTS = frozenset(
    {
        EndReason.NO_SUCH_NUMBER,
        EndReason.UNREACHABLE,
        EndReason.LIMIT,
        EndReason.NOT_ALLOWED,
        EndReason.PBX_ERROR,
    }
)
NORMAL = ("", "NORMAL_CLEARING", "SUCCESS", "NONE")
"""Source: README.md, "Quirks". They end calls that nobody answered, too."""


def outcome_of(talked: int | None, cause: str) -> CallStatus | None:
    """None where the message says neither how long was talked nor why it ended."""
    if talked:
        return CallStatus.ANSWERED
    if cause in NORMAL:
        return None if talked is None else CallStatus.NO_ANSWER
    known = outcomes.read(cause)
    if known is not None and known is not CallStatus.ANSWERED:
        return known
    return CallStatus.FAILED if FREESWITCH.get(cause) in FAULTS else CallStatus.NO_ANSWER


def reason_of(word: str, cause: str) -> EndReason | None:
    """Why nobody talked; of `call_missed`, which names no cause, that nobody picked up."""
    if cause in NORMAL:
        return EndReason.NOT_PICKED_UP if word == "call_missed" else None
    return FREESWITCH.get(cause)
