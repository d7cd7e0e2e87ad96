"""The words that contacts and companies are found by, and the words that somebody typed to find them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from telephony import phone

FEWEST_DIGITS = 2
"""Fewer digits than this are no part of a number that anybody would look for."""
FULL_NUMBER_DIGITS = 10

_WORD = re.compile(r"\w+")
_TRUNK_PREFIX = "8"


def searchable(*texts: str, emails: Iterable[str] = (), numbers: Iterable[str] = ()) -> str:
    """Words in lower case, each once, joined by one blank: what the column `search_text` holds.

    A number is there with each of its ends (2926, 92926, 292926, ...), so that every part of it begins a word.
    """
    words: dict[str, None] = {}
    for text in texts:
        words.update(dict.fromkeys(_spelled(text)))
    for email in emails:
        words.update(dict.fromkeys(["".join(email.lower().split()), *_spelled(email)]))
    for number in numbers:
        digits = phone.digits(number)
        words.update(dict.fromkeys(digits[start:] for start in range(max(len(digits) - FEWEST_DIGITS + 1, 0))))
    words.pop("", None)
    return " ".join(words)


def digits_typed(term: str) -> str:
    """The digits, if what was typed is a telephone number or a part of one; else empty."""
    digits = phone.digits(term)
    is_number = not any(sign.isalpha() for sign in term) and len(digits) >= FEWEST_DIGITS
    return digits if is_number else ""


def typed(term: str) -> list[list[str]]:
    """What a row has to have: of each list one word that begins like that. Empty if nothing was typed to look for."""
    digits = digits_typed(term)
    if digits:
        return [_ways_to_begin(digits)]
    found: list[list[str]] = []
    for part in term.lower().replace("ё", "е").split():
        found += [[part]] if "@" in part else [[word] for word in _WORD.findall(part)]
    return found


def _ways_to_begin(digits: str) -> list[str]:
    if len(digits) >= FULL_NUMBER_DIGITS:
        return [digits[-FULL_NUMBER_DIGITS:]]
    if digits.startswith(_TRUNK_PREFIX) and len(digits) > FEWEST_DIGITS:  # 8 923 ... is +7 923 ...
        return [digits, digits[1:]]
    return [digits]


def _spelled(text: str) -> list[str]:
    """The words of a text; those with ё also as most people type them."""
    words = _WORD.findall(text.lower())
    return [*words, *(word.replace("ё", "е") for word in words if "ё" in word)]
