"""Telephone numbers as PBXs write them.

Rules: protocols.md, "For all of them". A number that can't be read stays raw: a call is never lost for
its number.
"""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from telephony.events import Phone

NO_NUMBER = frozenset({"", "0", "0000", "callapi", "anonymous", "unknown", "private", "unavailable", "restricted"})
"""What PBXs send where a number should be and there is none (lower case)."""

_SCHEME = re.compile(r"^(?:sips?|tel):", re.IGNORECASE)
_TRUNK_SUFFIX = re.compile(r"_id\d+$")
_PUNCTUATION = re.compile(r"[\s()\-.\u00a0\u2010-\u2015]+")
_MATCH_DIGITS = 10
_TRUNK_PREFIX_8 = frozenset({"RU", "KZ"})
"""Where 8 and ten digits is the country's own way to write +7 and the ten digits, valid range or not."""


def clean(raw: str) -> str:
    """The bare number: without `sip:`, `@host`, `_id265648`, blanks, brackets and dashes; empty for no number."""
    text = _SCHEME.sub("", raw.strip()).partition("@")[0].partition(";")[0]
    text = _PUNCTUATION.sub("", _TRUNK_SUFFIX.sub("", text))
    if text.lower() in NO_NUMBER or "{" in text or "}" in text:
        return ""
    return text


def digits(raw: str) -> str:
    """Only the ASCII digits of a number, for comparing."""
    return "".join(sign for sign in clean(raw) if sign in "0123456789")


def last_digits(raw: str) -> str:
    """The last 10 digits, by which a number that is no valid E.164 is still matched; empty if it has fewer."""
    found = digits(raw)
    return found[-_MATCH_DIGITS:] if len(found) >= _MATCH_DIGITS else ""


def match_key(raw: str) -> str:
    """What two spellings of one number share: the last 10 digits, or the whole of a shorter number."""
    return last_digits(raw) or clean(raw).lower()[:50]


@lru_cache(maxsize=4096)
def to_e164(raw: str, region: str) -> str:
    """The number in E.164 as read in `region` (ISO 3166), or an empty string if it is no public number."""
    number = clean(raw)
    if not number or not number.lstrip("+").isascii() or not number.lstrip("+").isdigit():
        return ""
    if len(number) < 7:
        return ""  # An extension or a short service number, never a client's.
    if region in _TRUNK_PREFIX_8 and len(number) == 11 and number[0] == "8":
        return "+7" + number[1:]
    if region == "RU" and len(number) == 10 and number[0] == "9":
        return "+7" + number
    return _parse(number, region) or ("" if number.startswith("+") else _parse("+" + number, region))


def normalise(raw: str, region: str) -> Phone:
    """The number raw (as it came, blanks trimmed) and in E.164; an empty raw for "no number"."""
    if not clean(raw):
        return Phone(raw="")
    return Phone(raw=raw.strip(), e164=to_e164(raw, region))


def shown(e164: str) -> str:
    """The number with spaces, for people: +7 923 529-29-26."""
    return str(phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.INTERNATIONAL))


def as_dialled(e164: str, region: str) -> str:
    """The digits that a telephone in `region` dials for this number: in RU 89050000000, abroad 810 and so on."""
    if region in _TRUNK_PREFIX_8 and e164.startswith("+7"):
        return "8" + e164[2:]  # Also in ranges that are newer than our tables.
    parsed = phonenumbers.parse(e164)
    return "".join(filter(str.isdigit, phonenumbers.format_out_of_country_calling_number(parsed, region)))


def _parse(number: str, region: str) -> str:
    try:
        parsed = phonenumbers.parse(number, region)
    except NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
