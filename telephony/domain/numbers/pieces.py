"""The runs of digits in a text, and what a run may be: one number, several, or one with an extension behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from telephony.domain.numbers import public
from telephony.domain.numbers.words import EXTENSION_WORDS, FILLERS, JOINTS

RUN = re.compile(r"(?:\(?\+ ?\(?|\( ?)?[0-9][0-9 .()\-]*")
WORD = re.compile(r"[^\W\d_]+")
LONGEST_UNMARKED_EXTENSION = 5
"""Digits behind a comma, or behind a number without anything between; more are a number's ending."""
LONGEST_EXTENSION = 8
_PAUSE, _SIGN = re.compile(r"[,;]{1,4}"), re.compile(r"[#*]+")
_SILENT = re.compile(r"[\s.:()\-=№\[\]]+")
_SEPARATED_8 = re.compile(r"\(?\+\s?\(?8[\s()\-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a run: one number as written, and where it stands in the text."""

    start: int
    end: int
    text: str
    bare: str
    """Digits, perhaps with a plus before them."""
    e164: str = ""
    extension: str = ""
    label: str = ""
    """The words that stand with it."""


def bare(run: str) -> str:
    """The digits of a run, with its plus."""
    digits = "".join(sign for sign in run if sign in "0123456789")
    return "+" + digits if "+" in run else digits


def e164_of(run: str, region: str) -> str:
    """The whole run as one public number; empty if it is none."""
    number = bare(run)
    if _SEPARATED_8.match(run) and (found := public.with_plus_8(number, True, region)):
        return found
    return public.public(number, region) or public.with_plus_8(number, False, region)


def pieces_of(run: str, start: int, region: str) -> list[Piece]:
    """The numbers in a run that begins at `start`: itself, or several with blanks between them."""
    whole = _piece(run, start, region)
    if whole.e164 or len(whole.bare) <= public.FEWEST:
        return [whole]
    for pattern in (r" {2,}", r"[ \-]+(?=[+(\d])|(?<=\d)(?=\()"):
        cuts = [(found.start(), found.end()) for found in re.finditer(pattern, run.rstrip(" .(-"))]
        if found_pieces := _cut(run, start, cuts, region):
            return found_pieces
    return [whole]


def _cut(run: str, start: int, cuts: list[tuple[int, int]], region: str) -> list[Piece]:
    """Cut into public numbers, the longest first, and perhaps an extension at the end. Empty if that can't be done."""
    if not cuts or len(bare(run)) > 8 * public.LONGEST:
        return []
    begins = [0, *(end for _, end in cuts)]
    ends = [*(begin for begin, _ in cuts), len(run)]
    first = 0
    found: list[Piece] = []
    while first < len(begins):
        longest = _longest(run, start, begins[first], ends[first:], region)
        if longest is None:
            rest = run[begins[first] :]
            if found and is_short(rest):
                return [*found[:-1], with_extension(found[-1], bare(rest), start + len(run))]
            return []
        count, piece = longest
        found.append(piece)
        first += count
    return found


def _longest(run: str, start: int, begin: int, ends: list[int], region: str) -> tuple[int, Piece] | None:
    for count in range(len(ends), 0, -1):
        piece = _piece(run[begin : ends[count - 1]], start + begin, region)
        if piece.e164:
            return count, piece
    return None


def _piece(run: str, start: int, region: str) -> Piece:
    text = run.rstrip(" .(-")
    return Piece(start=start, end=start + len(text), text=text, bare=bare(text), e164=e164_of(text, region))


def with_extension(piece: Piece, extension: str, end: int) -> Piece:
    """The number with one more extension, which ends there in the text."""
    several = f"{piece.extension}, {extension}" if piece.extension else extension
    return replace(piece, end=end, extension=several)


def is_joint(gap: str) -> bool:
    """Whether this between two runs says that the second may be only an ending: `/`, a comma, “or”."""
    return _SILENT.sub("", gap.casefold()) in JOINTS


def is_short(run: str) -> bool:
    """Whether it is a few digits in a row, as an extension without a word of its own is."""
    digits = run.strip(" .()-")
    return digits.isdigit() and len(digits) <= LONGEST_UNMARKED_EXTENSION


def marks_extension(gap: str, run: str) -> bool:
    """Whether what stands before the run makes it an extension: a word for it, a sign that is dialled, a pause."""
    words = WORD.findall(gap.casefold())
    while words and words[-1] in FILLERS and words[-1] not in EXTENSION_WORDS:
        words.pop()
    digits = run.strip(" .()-")
    if words:
        return words[-1] in EXTENSION_WORDS and len(bare(run)) <= LONGEST_EXTENSION
    signs = _SILENT.sub("", gap)
    if not digits.isdigit():
        return False
    if _PAUSE.fullmatch(signs):
        return is_short(run)
    return bool(_SIGN.fullmatch(signs)) and len(digits) <= LONGEST_EXTENSION


def ending(piece: Piece, run: str, region: str) -> Piece | None:
    """The number before with its last digits replaced by these: 200-29-01/02. None if that makes no public number."""
    digits = run.strip(" .()-")
    count = len(bare(digits))
    if "+" in run or count > 7 or count >= len(piece.bare) or not piece.e164:
        return None
    text, left = list(piece.text), list(reversed(bare(digits)))
    for position in range(len(text) - 1, -1, -1):
        if left and text[position].isdigit():
            text[position] = left.pop(0)
    changed = "".join(text)
    found = e164_of(changed, region)
    return Piece(start=-1, end=-1, text=changed, bare=bare(changed), e164=found) if found else None
