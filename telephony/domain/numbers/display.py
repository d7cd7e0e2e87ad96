"""Numbers as people read them, and as a telephone dials them."""

from __future__ import annotations

import phonenumbers
from phonenumbers import PhoneNumberFormat

from telephony.domain.numbers.public import TRUNK_PREFIX_8


def shown(e164: str, extension: str = "") -> str:
    """The number with spaces, for people: +7 923 529-29-26; with an extension +7 495 200-09-01 # 101; none of none."""
    if not e164:
        return ""
    number = str(phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.INTERNATIONAL))
    return f"{number} # {extension}" if extension else number


def as_dialled(e164: str, region: str) -> str:
    """The digits that a telephone in `region` dials for this number: in RU 89050000000, abroad 810 and so on."""
    if region in TRUNK_PREFIX_8 and e164.startswith("+7"):
        return "8" + e164[2:]  # Also in ranges that are newer than our tables.
    parsed = phonenumbers.parse(e164)
    return "".join(filter(str.isdigit, phonenumbers.format_out_of_country_calling_number(parsed, region)))
