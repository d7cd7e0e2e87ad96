"""The one reader of telephone numbers: for messages, forms, the API, imported files, searches and calls to order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from telephony.domain.events import Phone
from telephony.domain.numbers import pieces, public
from telephony.domain.numbers.hidden import is_hidden
from telephony.domain.numbers.marks import plain, unwrapped
from telephony.domain.numbers.pieces import Piece
from telephony.domain.numbers.scanning import scan
from telephony.domain.numbers.words import EXTENSION_WORDS, FAX_WORDS, OTHER_NUMBERS, PHONE_WORDS

LONGEST_RAW = 100
FEWEST_OF_REMARK = 5
"""Fewer digits than this beside a number are a remark: `8 916 200-29-03, after 18`."""
_EXPONENT = re.compile(r"(?<![\w.,])[+-]?(\d)(?:[.,](\d+))?[eеEЕ]\+?(\d{1,2})(?!\w)")
_DATE = re.compile(r"\(?(?:\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}[./-]\d\d[./-]\d\d)(?!\d)")
_BETWEEN = re.compile(r"[,;/|\\\n]")


class Problem(StrEnum):
    """Why what was written is no public number (no E.164)."""

    NONE = ""
    HIDDEN = "hidden"
    """A word or sign for “no number”: nothing is wrong, and nothing is to be stored."""
    SHORTENED = "shortened"
    """A spreadsheet destroyed it (7,91612E+10): its last digits are lost. Never to be stored."""
    FAX = "fax"
    """Written beside a word for fax: not a telephone's. Never to be stored."""
    NO_NUMBER = "no_number"
    """No telephone number at all: a date, a contract's number, words, far too many digits. Never to be stored."""
    UNREADABLE = "unreadable"
    """Digits of some telephone, like an extension or a number without a city's code: may be stored as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadNumber:
    """One number of a text."""

    raw: str
    """What to store of the text for this number, at most 100 characters: read again by itself, it gives the same."""
    e164: str = ""
    """Empty if it is no valid public number; `problem` says why then."""
    bare: str = ""
    """Its digits as written, perhaps with a plus before them: what it is compared by where it has no E.164."""
    extension: str = ""
    """Digits to dial after the number was answered: "12"; of several, "101, 102"."""
    problem: Problem = Problem.NONE

    @property
    def may_be_stored(self) -> bool:
        return self.problem in (Problem.NONE, Problem.UNREADABLE)


def read(text: str, region: str) -> tuple[ReadNumber, ...]:
    """The telephone numbers in a text (a cell, a field, a message), in their order, each E.164 once.

    `region` (ISO 3166) is the country of numbers without a country's code. Empty for an empty text. One item with
    a `problem` for a text without any number: the caller tells the person. Extensions, words, marks, quotes, SIP
    addresses and several numbers in one text are understood; telephony/domain/numbers has a module for each.
    """
    shown = plain(text)
    if not shown:
        return ()
    found = unwrapped(shown)
    if is_hidden(found):
        return (ReadNumber(raw=shown[:LONGEST_RAW], problem=Problem.HIDDEN),)
    found, shortened = _take_out_exponents(found)
    numbers = [*_numbers(found, region), *shortened]
    if not all(map(_is_remark, numbers)):
        numbers = [number for number in numbers if not _is_remark(number)]
    return _each_once(numbers) or (ReadNumber(raw=shown[:LONGEST_RAW], problem=Problem.NO_NUMBER),)


def normalise(raw: str, region: str) -> Phone:
    """A PBX's field: as it came (blanks trimmed) and as the first public number in it; an empty raw for no number."""
    bare = raw.strip()
    if is_plain(bare):
        return Phone(raw=bare, e164=pieces.e164_of(bare, region))
    numbers = read(raw, region)
    if not numbers or numbers[0].problem is Problem.HIDDEN:
        return Phone(raw="")
    first = next((number for number in numbers if number.e164), numbers[0])
    return Phone(raw=bare, e164=first.e164, extension=first.extension)


def is_plain(text: str) -> bool:
    """Whether it is digits, perhaps with a plus, and nothing else: what nearly all messages have."""
    digits = text.removeprefix("+")
    return digits.isascii() and digits.isdigit() and bool(digits.strip("0"))


def to_e164(raw: str, region: str) -> str:
    """The (first) number in E.164 as read in `region` (ISO 3166), or an empty string if it is no public number."""
    return normalise(raw, region).e164


def _numbers(text: str, region: str) -> list[ReadNumber]:
    found = scan(text, region)
    return [_number(piece, _raw(text, found, position, region)) for position, piece in enumerate(found)]


def _number(piece: Piece, raw: str) -> ReadNumber:
    problem = _problem(piece)
    e164 = "" if problem else piece.e164
    return ReadNumber(raw=raw, e164=e164, bare=piece.bare, extension=piece.extension, problem=problem)


def _problem(piece: Piece) -> Problem:
    words = {word.replace("ё", "е") for word in pieces.WORD.findall(piece.label.casefold())} - EXTENSION_WORDS
    if words.isdisjoint(PHONE_WORDS):
        if words & FAX_WORDS:
            return Problem.FAX
        if words & OTHER_NUMBERS or _DATE.match(piece.text):
            return Problem.NO_NUMBER
        if words and not piece.e164:
            return Problem.NO_NUMBER
    if piece.e164:
        return Problem.NONE
    return Problem.UNREADABLE if len(piece.bare.removeprefix("+")) <= public.LONGEST else Problem.NO_NUMBER


def _raw(text: str, found: list[Piece], position: int, region: str) -> str:
    """The number with its extension and, where they surely are its own, the words around it."""
    piece = found[position]
    if piece.start < 0:  # Made of another number and an ending.
        return f"{piece.text} # {piece.extension}" if piece.extension else piece.text
    own = text[piece.start : piece.end]
    before = text[max((other.end for other in found[:position]), default=0) : piece.start]
    after = text[piece.end : min((o.start for o in found[position + 1 :] if o.start >= 0), default=len(text))]
    if position + 1 < len(found) and not _BETWEEN.search(after):
        after = ""  # Words before the next number.
    raw = f"{_BETWEEN.split(before)[-1]}{own}{_BETWEEN.split(after)[0]}".strip(" .:")
    again = scan(raw, region) if raw != own and len(raw) <= LONGEST_RAW else []
    alike = len(again) == 1 and (again[0].e164, again[0].extension, _problem(again[0])) == (
        piece.e164,
        piece.extension,
        _problem(piece),
    )
    return raw if alike else own[:LONGEST_RAW]


def _is_remark(number: ReadNumber) -> bool:
    digits = sum(map(str.isdigit, number.raw))
    return digits < FEWEST_OF_REMARK and number.problem in (Problem.NO_NUMBER, Problem.UNREADABLE)


def _take_out_exponents(text: str) -> tuple[str, list[ReadNumber]]:
    """The text without what a spreadsheet wrote with an exponent, and these as mistakes; those that are whole stay."""
    broken: list[ReadNumber] = []

    def replaced(found: re.Match[str]) -> str:
        digits, exponent = found[1] + (found[2] or ""), int(found[3])
        if len(digits) == exponent + 1 >= public.FEWEST:
            return digits
        broken.append(ReadNumber(raw=found[0], problem=Problem.SHORTENED))
        return "\n"

    return _EXPONENT.sub(replaced, text), broken


def _each_once(numbers: list[ReadNumber]) -> tuple[ReadNumber, ...]:
    once: dict[str, ReadNumber] = {}
    for number in numbers:
        key = number.e164 or f"{number.problem}{number.raw}"
        known = once.setdefault(key, number)
        if known is not number and number.extension and not known.extension:
            once[key] = number
    return tuple(once.values())
