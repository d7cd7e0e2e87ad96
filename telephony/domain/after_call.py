"""What kind of call it was, for the rules that act after calls. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from telephony.domain.events import MISSED, UNANSWERED, CallStatus, Direction

PLACEHOLDERS = ("client", "number", "our_number", "time")
"""What a task's title may have in braces."""
_BRACES = re.compile(r"\{([^{}]*)\}")


class Ending(StrEnum):
    """How a call with a client ended."""

    MISSED = "missed"
    ANSWERED = "answered"
    REACHED = "reached"
    NOT_REACHED = "not_reached"


_ENDINGS: Mapping[Direction, tuple[Ending, Ending]] = {
    Direction.INCOMING: (Ending.ANSWERED, Ending.MISSED),
    Direction.OUTGOING: (Ending.REACHED, Ending.NOT_REACHED),
}


def ending_of(direction: str, status: str) -> Ending | None:
    """None for what goes on, has no client, or ended nobody knows how."""
    if direction not in tuple(_ENDINGS):
        return None
    talked, not_talked = _ENDINGS[Direction(direction)]
    if status == CallStatus.ANSWERED:
        return talked
    # An incoming call that failed at the PBX did not reach anybody here: nobody missed it.
    nobody = MISSED if direction == Direction.INCOMING else UNANSWERED
    return not_talked if status in nobody else None


def unknown_placeholders(title: str) -> list[str]:
    """What stands in braces and is none of ours."""
    return [name for name in _BRACES.findall(title) if name not in PLACEHOLDERS]


def filled(title: str, words: Mapping[str, str]) -> str:
    """The title with what its placeholders stand for."""
    return _BRACES.sub(lambda found: words.get(found[1], found[0]), title)
