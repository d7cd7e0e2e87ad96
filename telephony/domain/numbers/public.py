"""Public numbers: E.164 for what is one. These functions know bare numbers only, `reading` finds these in a text."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

LONGEST = 15
"""Digits of a number, by E.164."""
FEWEST = 7
"""Fewer digits are an extension or a short service number, never a client's number."""
TRUNK_PREFIX_8 = frozenset({"RU", "KZ"})
"""Where 8 and ten digits is the country's own way to write +7 and the ten digits, valid range or not."""
_ABROAD = ("00", "810")
"""Dialled before a country's code."""


@lru_cache(maxsize=8192)
def public(number: str, region: str) -> str:
    """The bare number (digits, perhaps with a plus before them) in E.164 as read in `region`; empty if it is none."""
    plain = number.removeprefix("+")
    if not (plain.isascii() and plain.isdigit()) or len(number) < FEWEST or len(plain) > LONGEST + len("810"):
        return ""
    if region in TRUNK_PREFIX_8:
        if number[0] == "8" and len(number) == 11:
            return "+7" + number[1:]
        if region == "RU" and number[0] == "9" and len(number) == 10:
            return "+7" + number
    found = _parse(number, region)
    if found or number.startswith("+"):
        return found
    if number.startswith(_ABROAD):
        return _parse("+" + number.removeprefix("810" if number.startswith("810") else "00"), region)
    return _parse("+" + number, region)


def is_valid(e164: str) -> bool:
    """Whether the number is in a range that is in use, by the tables of libphonenumber."""
    return bool(e164) and bool(_parse(e164, "ZZ"))


def country_of(e164: str) -> str:
    """ISO 3166 code of the country whose number it is; empty if that can't be told."""
    return str(phonenumbers.region_code_for_number(phonenumbers.parse(e164)) or "") if e164 else ""


def with_plus_8(number: str, separated: bool, region: str) -> str:
    """`+8 (916) 200-29-09`: the plus of +7 before the 8 of the country itself. No country has the code 8 alone."""
    if region not in TRUNK_PREFIX_8 or not number.startswith("+8") or len(number) != 12:
        return ""
    return "+7" + number[2:] if separated or not _parse(number, region) else ""


def _parse(number: str, region: str) -> str:
    try:
        parsed = phonenumbers.parse(number, region)
    except NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return str(phonenumbers.format_number(parsed, PhoneNumberFormat.E164))
