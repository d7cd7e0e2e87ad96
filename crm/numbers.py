"""Numbers that people type, as contacts have them; what is wrong with one, in words for who typed it."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from telephony.domain import numbers
from telephony.domain.numbers import Problem, ReadNumber

LONGEST_EXTENSION = LONGEST_KEY = 50
NO_DIGIT = _("There is no digit in this number.")
PROBLEMS: dict[Problem, str | Promise] = {
    Problem.HIDDEN: _("“%(value)s” is no telephone number: check it."),
    Problem.NO_NUMBER: _("“%(value)s” is no telephone number: check it."),
    Problem.SHORTENED: _(
        "“%(value)s” was shortened by a spreadsheet, its last digits are lost: write the whole number."
    ),
    Problem.FAX: _("“%(value)s” is the number of a fax: write one of a telephone."),
}


def numbers_in(text: str) -> list[ReadNumber]:
    """The numbers that somebody typed into one field. Raises ValidationError for what is none, in words."""
    found = numbers.read(text, settings.CRM_PHONE_REGION)
    for number in found:
        if not number.may_be_stored:
            no_digit = not any(sign.isdigit() for sign in number.raw)
            words = NO_DIGIT if no_digit else PROBLEMS[number.problem]
            raise ValidationError(str(words) if no_digit else str(words) % {"value": number.raw[:60]})
    return list(found)


def number_in(raw: str) -> ReadNumber:
    """The first number of what is stored as one; never fails."""
    found = numbers.read(raw, settings.CRM_PHONE_REGION)
    storable = [number for number in found if number.may_be_stored]
    return next(iter([*(number for number in storable if number.e164), *storable, *found]), ReadNumber(raw=raw))


def key_of(number: ReadNumber) -> str:
    """What two spellings of a number share, whatever their extensions; a contact has each of these once."""
    return number.e164 or numbers.match_key(number.raw) or number.raw.lower()[:LONGEST_KEY]


def both_extensions(one: str, other: str) -> str:
    """`101` and `102` are `101, 102`."""
    parts = dict.fromkeys(part.strip() for text in (one, other) for part in text.split(",") if part.strip())
    joined = ", ".join(parts)
    return joined if len(joined) <= LONGEST_EXTENSION else one
