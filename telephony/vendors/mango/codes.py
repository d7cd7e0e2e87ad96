"""Mango's numbers for how calls and orders went. Source: "VPBX API", "Коды результатов" (README.md, "Sources")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from telephony.domain.events import CallStatus
from telephony.domain.exceptions import DialProblem
from telephony.domain.reasons import EndReason

SUCCESS = "1000"
CALLER_HUNG_UP, CALLEE_HUNG_UP = "1110", "1120"
NORMAL_ENDS = frozenset({"1100", CALLER_HUNG_UP, CALLEE_HUNG_UP})
"""They tell how a call ended that there was, so of an order nothing that failed."""
NEVER_HEARD, SURELY_TALKED = 2, 4
"""Messages of one part of a call: one that ends with its second was not answered, one that ends with its fourth was."""
Meaning = TypeVar("Meaning")

# Source: "VPBX API", "Коды результатов"; a short number stands for all that begin with it.
REASONS: Mapping[str, EndReason] = {
    CALLER_HUNG_UP: EndReason.GAVE_UP,
    "1111": EndReason.NOT_PICKED_UP,
    "1121": EndReason.BUSY,
    "1122": EndReason.REJECTED,
    "1123": EndReason.BUSY,
    "1131": EndReason.UNREACHABLE,
    "1132": EndReason.NO_SUCH_NUMBER,
    "1133": EndReason.NO_SUCH_NUMBER,
    "113": EndReason.NOT_ALLOWED,
    "114": EndReason.NOT_ALLOWED,
    "1150": EndReason.NOT_ALLOWED,
    "115": EndReason.BLOCKED,
    "1162": EndReason.LIMIT,
    "1163": EndReason.NOT_PICKED_UP,
    "116": EndReason.NOBODY,
    "1171": EndReason.NOBODY,
    "1191": EndReason.NOBODY,
    "119": EndReason.OUTSIDE_HOURS,
    "221": EndReason.LIMIT,
    "2220": EndReason.LIMIT,
    "2250": EndReason.LIMIT,
    "23": EndReason.NOT_ALLOWED,
    "2": EndReason.NO_MONEY,
    "32": EndReason.NO_SUCH_NUMBER,
    "42": EndReason.UNREACHABLE,
    "5": EndReason.PBX_ERROR,
}
# Source: the same; that a phone stopped for a colleague's answer is told as a normal end.
STATUSES: Mapping[str, CallStatus] = {
    "1100": CallStatus.CANCELLED,
    "1111": CallStatus.NO_ANSWER,
    "1121": CallStatus.BUSY,
    "1122": CallStatus.BUSY,
    "1123": CallStatus.BUSY,
    "1163": CallStatus.NO_ANSWER,
    "118": CallStatus.CANCELLED,
    "113": CallStatus.FAILED,
    "2": CallStatus.FAILED,
    "3": CallStatus.FAILED,
    "4": CallStatus.FAILED,
    "5": CallStatus.FAILED,
}
# Source: the same: what may be said to an order to call.
PROBLEMS: Mapping[str, tuple[DialProblem, str]] = {
    "1111": (DialProblem.REFUSED, "no answer"),
    "112": (DialProblem.REFUSED, "the phone is busy"),
    "113": (DialProblem.BAD_NUMBER, "the number can't be called"),
    "114": (DialProblem.REFUSED, "the PBX's settings forbid calls to this region"),
    "221": (DialProblem.REFUSED, "the account's limit is reached"),
    "2220": (DialProblem.REFUSED, "too many calls at once for the account"),
    "2240": (DialProblem.REFUSED, "not enough money on the account"),
    "23": (DialProblem.REFUSED, "calls in this direction are blocked"),
    "2": (DialProblem.REFUSED, "the account is limited or blocked"),
    "3101": (DialProblem.WRONG_TOKEN, "wrong key"),
    "3102": (DialProblem.WRONG_TOKEN, "wrong signature"),
    "3105": (DialProblem.WRONG_TOKEN, "wrong key"),
    "31": (DialProblem.BAD_PARAMETERS, "wrong parameters"),
    "32": (DialProblem.BAD_NUMBER, "wrong number"),
    "33": (DialProblem.NO_SUBSCRIBER, "there is no such employee or number"),
    "3": (DialProblem.BAD_PARAMETERS, "wrong request"),
    "4001": (DialProblem.REFUSED, "the PBX does not take such orders"),
    "4002": (DialProblem.REFUSED, "the talk was shorter than the PBX keeps"),
    "42": (DialProblem.NOT_REGISTERED, "the employee can't be reached"),
    "4402": (DialProblem.PBX_ERROR, "the service is not available"),
    "4": (DialProblem.REFUSED, "it can't be done now"),
    "5001": (DialProblem.PBX_ERROR, "overload"),
    "5": (DialProblem.PBX_ERROR, "an error of the server"),
}


def meaning(code: str, table: Mapping[str, Meaning]) -> Meaning | None:
    """By the whole number, else by the longest beginning that the table has."""
    found = (table[code[:length]] for length in range(len(code), 0, -1) if code[:length] in table)
    return next(found, None) if len(code) == len(SUCCESS) else None


def words(code: str) -> tuple[DialProblem, str]:
    """What it says of an order, with the number itself."""
    problem, text = meaning(code, PROBLEMS) or (DialProblem.REFUSED, "")
    return problem, f"{code}: {text}" if text else code


def reason(code: str) -> dict[str, Any]:
    """Why nobody talked, as facts of an event."""
    return {"reason": meaning(code, REASONS), "reason_said": code}


def left(code: str, count: int, *, is_one_phone_s: bool) -> CallStatus | None:
    """How a part of a call ended whose so-manieth message this is (`seq`; 0: not said).

    Who hung up says nothing of whether they talked. The count may: no part is answered before its second message, and
    one that never was a queue's or a menu's has no other way to its fourth.
    """
    if code not in (CALLER_HUNG_UP, CALLEE_HUNG_UP):
        return meaning(code, STATUSES)
    if 0 < count <= NEVER_HEARD:
        return CallStatus.CANCELLED
    return CallStatus.ANSWERED if count >= SURELY_TALKED and is_one_phone_s else None
