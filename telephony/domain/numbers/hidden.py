"""What PBXs and people write where a number should be and there is none."""

from __future__ import annotations

import re

from telephony.domain.numbers.words import HIDDEN, HIDDEN_FILLERS

_WORD = re.compile(r"[^\W\d_]+")
_MASK = re.compile(r"_{2}|_[ -]_")
LONGEST_OF_MASK = 3
"""Digits that a form's mask may have of its own: +7 (___) ___-__-__."""
FEWEST_JOINED = 4


def is_hidden(text: str) -> bool:
    """Whether it only says, in any language and case, that there is no number; so do zeros, dashes and the like."""
    digits = [sign for sign in text if sign.isdigit()]
    if _MASK.search(text) and len(digits) <= LONGEST_OF_MASK:
        return True
    words = _WORD.findall(text.casefold().replace("ё", "е"))
    if any(sign != "0" for sign in digits) or (digits and words):
        return False
    if not words:
        return "+" not in text
    if "".join(words) in HIDDEN:  # n/a
        return True
    hides = [word in HIDDEN or _hides_joined(word) for word in words]
    return any(hides) and all(hid or word in HIDDEN_FILLERS for hid, word in zip(hides, words, strict=True))


def _hides_joined(word: str) -> bool:
    """HiddenNumber, nocallerid."""
    for filler in HIDDEN_FILLERS:
        if len(filler) >= FEWEST_JOINED and (
            word.removesuffix(filler) in HIDDEN or word.removeprefix(filler) in HIDDEN
        ):
            return True
    return False
