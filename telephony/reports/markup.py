"""Rows of figures as HTML. A page has some thousands of them: a template would take longer than the database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from telephony.reports.charts import Block, Spot
    from telephony.reports.tables import Cell

_LINK = '<td><a class="tel-link" href="{}">{}</a></td>'
_NONE = "<td>0</td>"
_BLOCK = (
    '<a href="{}" aria-label="{}"><title>{}</title><rect class="tel-bar-{}" x="{}" y="{}" width="{}" height="{}"/></a>'
)
_SPOT = '<a class="tel-heat-{} tel-shade-{}" href="{}" title="{}">{}</a>'


def cells(found: Iterable[Cell]) -> SafeString:
    """Each figure with the calls behind it."""
    parts = [format_html(_LINK, cell.url, cell.value) if cell.value else SafeString(_NONE) for cell in found]
    return SafeString("".join(parts))


def blocks(found: Iterable[Block]) -> SafeString:
    """The bars of a chart."""
    return format_html_join(
        "",
        _BLOCK,
        (
            (
                *(block.cell.url, block.title, block.title, block.cell.name),
                *(str(block.x), str(block.y), str(block.width), str(block.height)),
            )
            for block in found
        ),
    )


def spot(found: Spot, calls: str, missed: str) -> SafeString:
    """A place of the heat map: above its calls, below those that were missed."""
    return format_html("<td>{}{}</td>", _half(found, "calls", calls), _half(found, "missed", missed))


def _half(found: Spot, name: str, words: str) -> SafeString:
    is_calls = name == "calls"
    value, shade, url = (
        (found.calls, found.shade, found.url) if is_calls else (found.missed, found.missed_shade, found.missed_url)
    )
    if not value:
        return format_html('<span class="tel-heat-{}"></span>', name)
    return format_html(_SPOT, name, shade, url, f"{found.title}: {words} {value}", value)
