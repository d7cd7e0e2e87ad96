"""What was odd about a message although it was read: noted on its delivery, for an administrator.

A note is a code and what it is about; telephony/intake/notes.py has the words for people.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

LONGEST_VALUE = 40


class Oddity(StrEnum):
    """What is odd about a field. None of these costs a message more than the field."""

    NOT_A_TIME = "not_a_time"
    """It names no moment. Where it should say when something happened, the time of receipt counts."""
    UNSURE_TIME = "unsure_time"
    """Written in a way that may be misread, and what it seems to say is far from the time of receipt, which counts."""
    AHEAD = "ahead"
    """Days after the message was received: the time of receipt counts."""
    OTHER_TIME = "other_time"
    """Not written as such a PBX writes times, but understood."""
    NOT_A_LENGTH = "not_a_length"
    UNKNOWN_OUTCOME = "unknown_outcome"
    TOO_LONG = "too_long"
    NOT_UNDERSTOOD = "not_understood"
    """It holds none of the values that it may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One oddity, the field that it was found in, and the beginning of what stood there."""

    oddity: Oddity
    field: str
    value: str

    def to_json(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items()}


def note(oddity: Oddity, field: str, value: str) -> Note:
    """The note on this field, with no more of its value than a person needs to find it."""
    shown = value if len(value) <= LONGEST_VALUE else value[:LONGEST_VALUE] + "…"
    return Note(oddity=oddity, field=field[:LONGEST_VALUE], value=shown)
