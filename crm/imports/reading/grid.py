"""What every kind of file is read to: lines of texts; and how large a file may be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from telephony.call_log.formulas import unguarded

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 300
LONGEST_CELL = 10_000
MOST_CELLS = 2_000_000
"""Cells with something in them, of all rows together."""
MOST_SIGNS = 60_000_000
"""Characters of all cells together: a small workbook can hold very long ones, many times."""


class UnreadableTable(Exception):
    """The file is no table; says in words what is wrong with it, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How somebody wants the file to be read; empty: as is found to be right."""

    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table."""

    number: int
    """As the spreadsheet counts it, from 1; of a vCard file the card's."""
    cells: list[str]
    noted: tuple[str, ...] = ()
    """What was wrong with the line itself: kinds of crm.imports.problems."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The lines of a file that are not empty, and how it was read."""

    lines: list[Line]
    kind: str
    """csv, xlsx, html or vcf."""
    sheets: list[str] = field(default_factory=list)
    """The workbook's sheets that can be chosen; hidden ones last."""
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""


def gathered(lines: Iterable[Line]) -> list[Line]:
    """The lines that have something in them, cleaned and without empty cells at their ends. Raises UnreadableTable."""
    found: list[Line] = []
    count = signs = 0
    for line in lines:
        cells = [clean(cell) for cell in line.cells]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if len(cells) > MOST_COLUMNS:
            raise UnreadableTable(_("The file has more than %(most)d columns.") % {"most": MOST_COLUMNS})
        count += sum(map(bool, cells))
        signs += sum(map(len, cells))
        if (
            len(found) > MOST_ROWS + 100 or count > MOST_CELLS or signs > MOST_SIGNS
        ):  # Some lines above the head may be titles.
            raise UnreadableTable(_("The file has more than %(most)d rows: split it.") % {"most": MOST_ROWS})
        found.append(Line(line.number, cells, line.noted))
    return found


def clean(cell: str) -> str:
    """Without what no database stores, and without what guards numbers against spreadsheets: 'x and ="x"."""
    text = cell.replace("\0", "").strip()
    if len(text) > LONGEST_CELL:
        text = text[:LONGEST_CELL]
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        text = text[2:-1].strip()
    return unguarded(text)
