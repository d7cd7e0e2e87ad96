"""Goes through the runs of digits in a text: each begins numbers of its own, or belongs to the number before it."""

from __future__ import annotations

import re
from dataclasses import replace

from telephony.domain.numbers.pieces import (
    LONGEST_EXTENSION,
    RUN,
    WORD,
    Piece,
    bare,
    e164_of,
    ending,
    is_joint,
    is_short,
    marks_extension,
    pieces_of,
    with_extension,
)

FEWEST_BEFORE_EXTENSION = 5
"""Digits of what may have an extension."""
_SIDES = re.compile(r"[,;/|\\\n]")


def scan(text: str, region: str) -> list[Piece]:
    """The numbers in a text, each with the words beside it as its label. Those made of an ending begin at -1."""
    runs = list(RUN.finditer(text))
    if not runs:
        return []
    gaps = [text[end : run.start()] for end, run in zip([0, *(run.end() for run in runs)], runs, strict=False)]
    gaps.append(text[runs[-1].end() :])
    # Words stand before their numbers, unless the text begins with a number and ends in words.
    words_follow = not WORD.search(gaps[0]) and bool(WORD.search(gaps[-1]))
    found: list[Piece] = []
    for position, run in enumerate(runs):
        before, after = gaps[position], gaps[position + 1]
        taken = _taken(found, before, run, region)
        if taken == len(run[0]):
            continue
        label = _SIDES.split(after)[0] if words_follow else _SIDES.split(before)[-1]
        if "/" in before and not words_follow:
            label = before  # A telephone and fax, in one.
        new = pieces_of(run[0][taken:], run.start() + taken, region)
        found += [replace(piece, label="" if taken else label) for piece in new]
    return found


def _taken(found: list[Piece], gap: str, run: re.Match[str], region: str) -> int:
    """How much of the run belongs to the number before it: as its extension, an ending, or the rest of it."""
    if not found:
        return 0
    return _as_extension(found, gap, run) or _as_ending(found, gap, run, region)


def _as_extension(found: list[Piece], gap: str, run: re.Match[str]) -> int:
    piece, text = found[-1], run[0]
    if len(piece.bare) < FEWEST_BEFORE_EXTENSION:
        return 0
    one_more = piece.extension and is_joint(gap) and is_short(text)
    if not one_more and WORD.search(gap) and len(bare(text)) > LONGEST_EXTENSION:
        text = text.split(" ")[0]  # The next number follows.
    if not one_more and not marks_extension(gap, text):
        return 0
    found[-1] = with_extension(piece, bare(text), run.start() + len(text.rstrip(" .(-")))
    return len(text)


def _as_ending(found: list[Piece], gap: str, run: re.Match[str], region: str) -> int:
    piece, text = found[-1], run[0]
    if not is_joint(gap) or e164_of(text, region):
        return 0
    if (other := ending(piece, text, region)) is not None:
        found.append(replace(other, label=piece.label))
        return len(text)
    if "/" not in gap or piece.e164 or not (whole := e164_of(piece.text + text, region)):
        return 0
    end = run.start() + len(text.rstrip(" .(-"))
    found[-1] = replace(piece, end=end, text=piece.text + text, bare=bare(piece.text + text), e164=whole)
    return len(text)
