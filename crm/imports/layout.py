"""Which line of a file names the columns, and what is left of the file then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.imports.columns import looks_like_data
from crm.imports.heads import known_heads
from crm.imports.reading.grid import MOST_ROWS, Grid, Line, UnreadableTable

LOOKED_AT = 30
"""The head is among so many first lines."""
NO_HEAD = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Texts, without empty rows."""

    head: int
    """Number of the line that names the columns; NO_HEAD if none does."""
    columns: list[str]
    rows: list[Line]
    """Each with as many cells as there are columns."""


def lay_out(grid: Grid, head: int | None = None) -> Table:
    """The table below the line of this number, or below the one that looks like heads. Raises UnreadableTable."""
    lines = grid.lines
    if not lines:
        raise UnreadableTable(_("The file is empty: its first row has to name the columns."))
    numbers = [line.number for line in lines]
    position = numbers.index(head) if head in numbers else NO_HEAD if head == NO_HEAD else find_head(lines)
    rows = lines[position + 1 :] if position != NO_HEAD else list(lines)
    if not rows:
        raise UnreadableTable(_("The file has only a head: there is no contact in it."))
    if len(rows) > MOST_ROWS:
        raise UnreadableTable(_("The file has more than %(most)d rows: split it.") % {"most": MOST_ROWS})
    if position == NO_HEAD:
        width = max(len(line.cells) for line in rows)
        columns = [_("Column %(number)d") % {"number": number} for number in range(1, width + 1)]
    else:
        columns = _joined(lines, position)
    width = len(columns)
    cut = [Line(line.number, (line.cells + [""] * width)[:width], line.noted) for line in rows]
    number = lines[position].number if position != NO_HEAD else NO_HEAD
    # Reports repeat their heads on each page.
    return Table(head=number, columns=columns, rows=[line for line in cut if any(line.cells) and line.cells != columns])


def find_head(lines: Sequence[Line]) -> int:
    """Position of the line with the most known heads; else the first that has several cells, unless it is data."""
    best, most = NO_HEAD, 0
    for position, line in enumerate(lines[:LOOKED_AT]):
        if looks_like_data(line.cells):
            continue
        known = known_heads(line.cells)
        if known > most:
            best, most = position, known
    if best != NO_HEAD:
        return best + 1 if best + 1 < len(lines) and _goes_on(lines[best], lines[best + 1]) else best
    widest = max(len([cell for cell in line.cells if cell]) for line in lines[:LOOKED_AT])
    first = next(
        position
        for position, line in enumerate(lines)
        if len([cell for cell in line.cells if cell]) * 2 > widest or widest == 1
    )
    return NO_HEAD if looks_like_data(lines[first].cells) else first


def _goes_on(above: Line, below: Line) -> bool:
    """Whether the second line is the lower half of heads of two lines: cells merged downwards and to the right."""
    if below.number - above.number != 1 or looks_like_data(below.cells):
        return False
    width = max(len(above.cells), len(below.cells)) + 1
    upper, lower = _filled(above.cells, width), _filled(below.cells, width)
    merged_down = any(up and not low for up, low in zip(upper, lower, strict=True))
    merged_right = any(low and not up for up, low in zip(upper, lower, strict=True))
    if sum(map(bool, upper)) < 2:
        return False  # One cell alone is a title.
    fits = all(not lower[at] or not upper[at] or not upper[at + 1] for at in range(width - 1))
    return merged_down and merged_right and fits


def _joined(lines: Sequence[Line], position: int) -> list[str]:
    """The heads; where cells are merged over two lines, together with what stands in the line above."""
    if position == 0 or not _goes_on(lines[position - 1], lines[position]):
        return lines[position].cells
    width = max(len(lines[position - 1].cells), len(lines[position].cells))
    upper, lower = _filled(lines[position - 1].cells, width), _filled(lines[position].cells, width)
    heads, group = [], ""
    for up, low in zip(upper, lower, strict=True):
        group = up or (group if low else "")
        heads.append(f"{group} {low}".strip() if low else up)
    return heads


def _filled(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]
