"""The words that contacts and companies are found by, and the words that somebody typed to find them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import product

from telephony.domain import numbers as phone

FEWEST_DIGITS = 2
"""Fewer digits than this are no part of a number that anybody would look for."""
FULL_NUMBER_DIGITS = phone.MATCH_DIGITS
FEWEST_IN_OTHER_LAYOUT = 3
"""Letters of a word that is also looked for as typed with the other keyboard layout."""
MOST_PARTS = 4

_WORD = re.compile(r"\w+")
_FOLDED = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ё": "е"})
_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_CYRILLIC = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_TO_CYRILLIC, _TO_LATIN = str.maketrans(_LATIN, _CYRILLIC), str.maketrans(_CYRILLIC, _LATIN)


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
    """The digits, if what was typed is a telephone number or a part of one; else empty.

    In any form that is read elsewhere: `tel:+7-923-…`, with an extension, with `тел.` before it.
    """
    number = phone.bare(term)
    return number if len(number) >= FEWEST_DIGITS else ""


def typed(term: str) -> list[list[str]]:
    """What a row has to have: of each list one word that begins like that. Empty if nothing was typed to look for."""
    digits = digits_typed(term)
    if digits:
        return [phone.ways_to_begin(digits)]
    found: list[list[str]] = []
    for part in unicodedata.normalize("NFC", term).lower().split():
        found += [[part]] if "@" in part else _ways_to_type(part)
    return found


def _ways_to_type(part: str) -> list[list[str]]:
    """The words in what stands between two blanks, or those that the same keys give in the other layout."""
    words = [_folded(word) for word in _WORD.findall(part)]
    layout = _TO_LATIN if any(letter in _TO_LATIN for letter in map(ord, part)) else _TO_CYRILLIC
    others = [_folded(word) for word in _WORD.findall(part.translate(layout))]
    is_other = others and all(len(word) >= FEWEST_IN_OTHER_LAYOUT and word.isalpha() for word in others)
    if not is_other or len(words) > MOST_PARTS or len(others) > MOST_PARTS or words == others:
        return [[word] for word in words]
    if not words:
        return []  # Signs only.
    return [[word, other] for word, other in product(words, others)]


def _folded(word: str) -> str:
    """Without accents on Latin letters, and with е for ё: as most people type it."""
    if word.isascii():
        return word
    letters = []
    for letter in word:
        plain = unicodedata.normalize("NFD", letter)[0]
        letters.append(plain if plain.isascii() else letter)
    return "".join(letters).translate(_FOLDED)


def _spelled(text: str) -> list[str]:
    """The words of a text; those with accents or ё also as most people type them."""
    words = _WORD.findall(unicodedata.normalize("NFC", text).lower())
    return [*words, *(folded for word in words if (folded := _folded(word)) != word)]
