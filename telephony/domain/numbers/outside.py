"""What phones of a company dial before a number outside, and PBXs leave on it."""

from __future__ import annotations

from collections.abc import Collection

from telephony.domain.events import Phone
from telephony.domain.numbers.public import country_of, is_valid
from telephony.domain.numbers.reading import normalise

_DIALLED_FIRST = ("8", "0")
"""Begin a number as it is dialled within a country, and the way abroad (810, 00)."""


def called(raw: str, region: str, *, prefix: str, countries: Collection[str]) -> Phone:
    """A number that somebody in the company called, without the prefix of an outside line, should it have one.

    Only where a whole number follows, as it is dialled, and the whole is none of the countries that are called from
    here: 98 916 … may be a number in Iran.
    """
    whole = normalise(raw, region)
    bare = whole.raw.removeprefix(prefix)
    if not prefix or bare == whole.raw or not (bare.isascii() and bare.isdigit()):
        return whole
    inside = normalise(bare, region)
    if not bare.startswith(_DIALLED_FIRST) or not is_valid(inside.e164) or country_of(whole.e164) in countries:
        return whole
    return inside
