"""Rows of figures as HTML. A page has some thousands of them: a template would take longer than the database, and so
would Django's format_html, which looks at each number. Here numbers go in as they are, and every text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from telephony.reports.charts import Block, Spot
    from telephony.reports.tables import Cell, Row

_LINK = '<a class="tel-link" href="%s">%s</a>'
_BLOCK = (
    '<a href="%s" aria-label="%s"><title>%s</title><rect class="tel-bar-%s" x="%s" y="%s" width="%s" height="%s"/></a>'
)
_SPOT = '<a class="tel-heat-%s tel-shade-%d" href="%s" title="%s">%d</a>'


def rows(found: Iterable[Row]) -> SafeString:
    """Rows of a table; each figure with the calls behind it."""
    return SafeString("".join(_row(row) for row in found))  # nosec B703


def _row(row: Row) -> str:
    cells = "".join(_cell(cell) for cell in row.cells)
    talk = escape(row.talk)
    talked = _LINK % (escape(row.talk_url), talk) if row.talk_url else talk
    return f'<tr><th scope="row">{escape(row.label)}</th>{cells}<td>{talked}</td></tr>'


def _cell(cell: Cell) -> str:
    return f"<td>{_LINK % (escape(cell.url), cell.value)}</td>" if cell.value else "<td>0</td>"


def blocks(found: Iterable[Block]) -> SafeString:
    """The bars of a chart."""
    return SafeString("".join(_block(block) for block in found))  # nosec B703


def _block(block: Block) -> str:
    title, place = escape(block.title), (block.x, block.y, block.width, block.height)
    return _BLOCK % (escape(block.cell.url), title, title, block.cell.name, *place)


def spot(found: Spot, calls: str, missed: str) -> SafeString:
    """A place of the heat map: above its calls, below those that were missed."""
    above = _half("calls", found.calls, found.shade, found.url, f"{found.title}: {calls} {found.calls}")
    below = _half(
        "missed", found.missed, found.missed_shade, found.missed_url, f"{found.title}: {missed} {found.missed}"
    )
    return SafeString(f"<td>{above}{below}</td>")  # nosec B703


def _half(name: str, value: int, shade: int, url: str, title: str) -> str:
    if not value:
        return f'<span class="tel-heat-{name}"></span>'
    return _SPOT % (name, shade, escape(url), escape(title), value)
