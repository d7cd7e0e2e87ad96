"""Cells that hold telephone numbers, as telephony reads them; and cells that say that there is nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings

from telephony.domain import numbers
from telephony.domain.numbers import Problem, ReadNumber

_NOTHING = frozenset(
    [
        *(
            "нет",
            "нету",
            "отсутствует",
            "неизвестно",
            "неизвестен",
            "не указан",
            "не указана",
            "не указано",
            "не назначен",
        ),
        *(
            "не выбрано",
            "без номера",
            "б/н",
            "н/д",
            "нет данных",
            "пусто",
            "n/a",
            "na",
            "none",
            "null",
            "nil",
            "undefined",
        ),
        *("nan", "unknown", "not set", "empty", "no", "#н/д"),
    ]
)
_SIGNS = re.compile(r"[\s\-–—._?*/\\]*")


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a cell, what of it is no telephone number, and whether a spreadsheet has destroyed one."""

    found: list[ReadNumber]
    rest: list[str]
    destroyed: bool = False


def is_sign(cell: str) -> bool:
    """Whether there are only dashes, dots and the like in the cell."""
    return bool(_SIGNS.fullmatch(cell))


def is_nothing(cell: str) -> bool:
    """Whether the cell says, in a word or a sign, that there is nothing."""
    text = " ".join(cell.casefold().replace("ё", "е").split()).strip("<>()[]{} ")
    return text in _NOTHING or is_sign(text)


def read_numbers(cell: str) -> Numbers:
    """What the cell holds."""
    if is_nothing(cell):
        return Numbers([], [])
    read = numbers.read(cell, settings.CRM_PHONE_REGION)
    return Numbers(
        found=[number for number in read if number.may_be_stored],
        rest=[number.raw for number in read if number.problem in (Problem.FAX, Problem.NO_NUMBER)],
        destroyed=any(number.problem is Problem.SHORTENED for number in read),
    )


def keys_of(number: str, extension: str) -> list[str]:
    """What a number is compared by: itself (E.164, or its last digits) with each of its extensions behind a #."""
    return [f"{number}#{part.strip()}" for part in extension.split(",")] if number else []


def compared_by(number: ReadNumber) -> str:
    """What spellings of one number share, whatever the extension. Empty for what nobody is known by."""
    return number.e164 or numbers.last_digits(number.bare)
