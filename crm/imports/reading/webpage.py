"""Tables of web pages: what several CRMs call an Excel file (.xls) and Excel opens as one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree, html

from crm.imports.reading.encodings import decoded
from crm.imports.reading.grid import Grid, Line, Options, UnreadableTable, gathered

_MOST_SPAN = 300


def is_webpage(content: bytes) -> bool:
    start = content[:2000].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head")) or (
        start.startswith(b"<?xml") and b"<html" in start
    )


def read_webpage(content: bytes, options: Options) -> Grid:
    """The rows of the page's largest table. Raises UnreadableTable."""
    text, encoding, _bad = decoded(content, options.encoding)
    if text.lstrip("\ufeff \r\n\t").startswith("<?xml"):
        text = text.partition("?>")[2]
    try:
        page = html.document_fromstring(text)
    except (etree.ParserError, ValueError) as error:
        raise UnreadableTable(_("The page can't be read: save it once more as .xlsx, or as CSV.")) from error
    tables = page.iter("table")
    table = max(tables, key=lambda found: len(found.findall(".//tr")), default=None)
    if table is None:
        raise UnreadableTable(_("There is no table in this page: save it once more as .xlsx, or as CSV."))
    return Grid(lines=gathered(_rows(table)), kind="html", encoding=encoding)


def _rows(table: Any) -> Iterator[Line]:
    for number, row in enumerate(table.iter("tr"), 1):
        cells: list[str] = []
        for cell in row.iterchildren("td", "th"):
            for line_break in cell.iter("br"):
                line_break.tail = "\n" + (line_break.tail or "")
            span = str(cell.get("colspan", "1"))
            width = min(int(span), _MOST_SPAN) if span.isdecimal() and len(span) < 10 else 1
            cells += [cell.text_content(), *[""] * (width - 1)]
            if len(cells) > 2 * _MOST_SPAN and any(cells[_MOST_SPAN:]):
                break  # There are too many; gathered says so.
        yield Line(number, cells)
