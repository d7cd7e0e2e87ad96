"""Delimited text: CSV as Excel and others write it, read as Excel reads it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from crm.imports.heads import known_heads
from crm.imports.reading.encodings import decoded
from crm.imports.reading.grid import MOST_COLUMNS, MOST_ROWS, Grid, Line, Options, UnreadableTable, gathered

DELIMITERS = "\t;|,"
"""A comma is the last: it stands inside texts, too."""
_LOOKED_AT = 200
MOST_LINES = 1_000_000
"""Of the text: a row may take several, and many may be empty."""
_SENTINEL = ["\x1fend\x1f"]
_MOST_STRAY = 50
_SEP = "sep="

csv.field_size_limit(32 * 1024 * 1024)


def read_delimited(content: bytes, options: Options) -> Grid:
    """The lines of a CSV. Raises UnreadableTable."""
    text, encoding, bad = decoded(content, options.encoding)
    if "\0" in text:
        raise UnreadableTable(
            _("This is neither CSV, an Excel workbook (.xlsx) nor a vCard (.vcf). Save it as one of these first.")
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    if text.count("\n") > MOST_LINES:
        raise UnreadableTable(_("The file has more than %(most)d rows: split it.") % {"most": MOST_ROWS})
    lines = text.split("\n")
    lines = _unwrapped(lines)
    skipped, said = _said(lines)
    delimiter = options.delimiter or said or _delimiter(lines[skipped:])
    found = gathered(_records(lines, skipped, delimiter, bad))
    return Grid(lines=found, kind="csv", encoding=encoding, delimiter=delimiter)


def _unwrapped(lines: list[str]) -> list[str]:
    """The lines; where a program has put each of them whole into quotes, without these."""
    full = [line for line in lines if line.strip()]
    inner = [
        line.strip()[1:-1] for line in full if len(line.strip()) > 2 and line.strip()[0] == line.strip()[-1] == '"'
    ]
    if len(inner) < len(full) or any('"' in line.replace('""', "") for line in inner):
        return lines
    sign = next((sign for sign in DELIMITERS if all(sign in line for line in inner)), None)
    return [line.strip()[1:-1].replace('""', '"') for line in lines] if sign and inner else lines


def _said(lines: Sequence[str]) -> tuple[int, str]:
    """How many lines at the top are Excel's own sep=; and which delimiter that names."""
    for number, line in enumerate(lines):
        plain = line.strip(' "')
        if plain.lower().startswith(_SEP) and len(plain) <= len(_SEP) + 2:
            sign = plain[len(_SEP) : len(_SEP) + 1] or "\t"
            return number + 1, "\t" if plain[len(_SEP) :] == "\\t" else sign
        if plain:
            break
    return 0, ""


def _delimiter(lines: Sequence[str]) -> str:
    """The one that makes a table of it: as many cells in each row, and heads that are known."""
    sample = [line for line in lines if line.strip()][:_LOOKED_AT]
    scores: dict[str, tuple[bool, float]] = {}
    for sign in DELIMITERS:
        read = csv.reader(io.StringIO("\n".join(sample)), delimiter=sign)
        rows = [row[: MOST_COLUMNS + 1] for row in read if row]
        width, count = Counter(map(len, rows)).most_common(1)[0] if rows else (1, 0)
        if width < 2 and not any(len(row) > 1 for row in rows):
            continue
        if width < 2:
            width, count = Counter(len(row) for row in rows if len(row) > 1).most_common(1)[0]
        known = any(known_heads(row) for row in rows[:30] if len(row) > 1)
        scores[sign] = (known, round(count / len(rows), 1))
    return max(scores, key=lambda sign: (scores[sign], -DELIMITERS.index(sign))) if scores else ";"


def _records(lines: list[str], begin: int, delimiter: str, bad: frozenset[int]) -> Iterator[Line]:
    """Every record with the number of its first line.

    A quote that is opened and never closed would swallow the rest of the file: such a line is read without it.
    """
    number, stray = begin, 0
    while number < len(lines):
        reader = csv.reader(_from(lines, number), delimiter=delimiter)
        began = number
        for cells in reader:
            ended = min(number + reader.line_num, len(lines) + 1)
            if cells == _SENTINEL:
                return
            if ended - began > 1 and _swallowed(lines[began:ended], cells, delimiter):
                stray += 1
                if stray > _MOST_STRAY:
                    text = _("From line %(number)d on, quotation marks are opened and never closed. Mend the file.")
                    raise UnreadableTable(text % {"number": began + 1})
                plain = lines[began].replace('"', "").split(delimiter)
                yield Line(began + 1, plain[: MOST_COLUMNS + 1], ("quote",))
                number = began + 1
                break
            noted = ("bytes",) if any(at + 1 in bad for at in range(began, ended)) else ()
            yield Line(began + 1, cells[: MOST_COLUMNS + 1], noted)
            began = ended
        else:
            return


def _from(lines: list[str], begin: int) -> Iterator[str]:
    """The lines from here on, one by one: a copy of all of them would be as large as the file once more."""
    for at in range(begin, len(lines)):
        yield lines[at] + "\n"
    yield _SENTINEL[0]


def _swallowed(lines: Sequence[str], cells: Sequence[str], delimiter: str) -> bool:
    """Whether a quote that was opened by mistake made one record of several: each of its lines is a whole row."""
    if cells and cells[-1].endswith(_SENTINEL[0]):
        return True
    width = lines[0].count(delimiter)
    return width > 0 and all(line.count(delimiter) == width for line in lines if line)
