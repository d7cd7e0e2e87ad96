"""One field as a text, a length of time or an outcome."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from telephony.domain import outcomes
from telephony.domain.events import CallStatus
from telephony.domain.exceptions import MalformedHook
from telephony.domain.fields.params import Params
from telephony.domain.notes import Oddity

Meaning = TypeVar("Meaning")

LONGEST_TEXT = 200
LONGEST_LINK = 2000
LONGEST_LENGTH = 7 * 24 * 3600

NOTHING = {"null", "(null)", "<null>", "none", "undefined", "nil"}
"""What scripts write where they have no value."""
_NUMBER = r"\d{1,12}(?:[.,]\d*)?"
_SECONDS = re.compile(rf"(?P<s>{_NUMBER})\s*(?:s|sec|secs|second|seconds|с|сек|секунд[аы]?)?\.?", re.IGNORECASE)
_MILLISECONDS = re.compile(rf"(?P<ms>{_NUMBER})\s*(?:ms|msec|мс)\.?", re.IGNORECASE)
_CLOCK = re.compile(rf"(?:(?:(?P<d>\d{{1,2}})[ .d]+)?(?P<h>\d{{1,3}}):)?(?P<m>\d{{1,4}}):(?P<s>{_NUMBER})")
_UNITS = re.compile(
    rf"(?:pt)?\s*(?:(?P<h>\d{{1,3}})\s*(?:h|hours?|ч|час\w*)\.?)?\s*"
    rf"(?:(?P<m>\d{{1,4}})\s*(?:m|min|minutes?|м|мин\w*)\.?)?\s*(?:(?P<s>{_NUMBER})\s*(?:s|sec\w*|с|сек\w*)\.?)?",
    re.IGNORECASE,
)
_IN_SECONDS = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def text(params: Params, name: str, *, longest: int = LONGEST_TEXT) -> str:
    """The field without blanks around it; empty if it is missing, says "null" or the like, or is too long."""
    value = _said(params, name)
    if len(value) > longest:
        params.odd(Oddity.TOO_LONG, name, value)
        return ""
    return value


def required(params: Params, name: str, *, longest: int = LONGEST_TEXT) -> str:
    """The field, which must be there. Raises MalformedHook if it is empty, says "null" or the like, or is too long."""
    value = _said(params, name)
    if len(value) > longest:
        raise MalformedHook(f"{name}: expected at most {longest} characters, got {len(value)}.")
    if not value:
        raise MalformedHook(f"{name}: missing or empty.")
    return value


def chosen(params: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Those of the named fields that say something, cut to `LONGEST_TEXT`: no message fails for an extra."""
    found = {name: params.get(name, "").strip()[:LONGEST_TEXT] for name in names}
    return {name: value for name, value in found.items() if value}


def seconds(params: Params, name: str) -> int | None:
    """A length of time in whole seconds: 16, 16.4, 00:00:16, 0:16, 16 s, PT16S. None if missing or no such thing."""
    value = text(params, name)
    if not value:
        return None
    found = _length(value)
    if found is None or not 0 <= found <= LONGEST_LENGTH:
        params.odd(Oddity.NOT_A_LENGTH, name, value)
        return None
    return int(found)


def outcome(params: Params, name: str) -> CallStatus | None:
    """How it ended. None if the field says nothing, UNKNOWN (which is noted) if it says what nobody knows."""
    value = text(params, name)
    if not value:
        return None
    found = outcomes.read(value)
    if found is None:
        params.odd(Oddity.UNKNOWN_OUTCOME, name, value)
        return CallStatus.UNKNOWN
    return found


def one_of(params: Params, name: str, meanings: Mapping[str, Meaning]) -> Meaning | None:
    """What the field's word, in any case, means; None if it is missing, or none of these, which is noted."""
    value = text(params, name)
    found = meanings.get(value.lower())
    if value and found is None:
        params.odd(Oddity.NOT_UNDERSTOOD, name, value)
    return found


def _said(params: Mapping[str, str], name: str) -> str:
    value = params.get(name, "").strip()
    return "" if value.lower() in NOTHING else value


def _length(value: str) -> float | None:
    for notation in (_SECONDS, _MILLISECONDS, _CLOCK, _UNITS):
        found = notation.fullmatch(value)
        if found:
            parts = {unit: number for unit, number in found.groupdict().items() if number}
            return sum(float(number.replace(",", ".")) * _IN_SECONDS[unit] for unit, number in parts.items())
    return None
