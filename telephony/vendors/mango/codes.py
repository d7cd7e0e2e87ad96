"""Mango's numbers for how calls and orders went. Source: "VPBX API", "Коды результатов" (README.md, "Sources")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from telephony.domain.events import CallStatus
from telephony.domain.exceptions import DialProblem
from telephony.domain.reasons import EndReason
from telephony.vendors.tables import read_table

SUCCESS = "1000"
CALLER_HUNG_UP, CALLEE_HUNG_UP = "1110", "1120"
NORMAL_ENDS = frozenset({"1100", CALLER_HUNG_UP, CALLEE_HUNG_UP})
"""They tell how a call ended that there was, so of an order nothing that failed."""
NEVER_HEARD, SURELY_TALKED = 2, 4
"""Messages of one part of a call: one that ends with its second was not answered, one that ends with its fourth was."""
Meaning = TypeVar("Meaning")
_CODES = read_table(__file__, "codes.txt")
REASONS = _CODES.column("reason", EndReason)
STATUSES = _CODES.column("status", CallStatus)
PROBLEMS = _CODES.column("problem", DialProblem)
SAID = _CODES.column("in words", str)


def meaning(code: str, table: Mapping[str, Meaning]) -> Meaning | None:
    """By the whole number, else by the longest beginning that the table has."""
    found = (table[code[:length]] for length in range(len(code), 0, -1) if code[:length] in table)
    return next(found, None) if len(code) == len(SUCCESS) else None


def words(code: str) -> tuple[DialProblem, str]:
    """What it says of an order, with the number itself."""
    text = meaning(code, SAID)
    return meaning(code, PROBLEMS) or DialProblem.REFUSED, f"{code}: {text}" if text else code


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
