"""Reads what people upload into lines of texts, whatever kind of file it is."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.imports.reading.delimited import read_delimited
from crm.imports.reading.grid import MOST_BYTES, Grid, Options, UnreadableTable
from crm.imports.reading.vcard import is_vcard, read_vcard
from crm.imports.reading.webpage import is_webpage, read_webpage

__all__ = ["MOST_BYTES", "Grid", "Options", "UnreadableTable", "read_grid", "refuse_early"]

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def read_grid(content: bytes, options: Options | None = None) -> Grid:
    """The lines of this file; its kind is told from its bytes, never from its name. Raises UnreadableTable."""
    asked = options or Options()
    refuse_early(content)
    if content.startswith(b"PK"):
        from crm.imports.reading.workbook import read_workbook  # openpyxl would slow the start of every process.

        return read_workbook(content, asked)
    if is_vcard(content):
        return read_vcard(content, asked)
    if is_webpage(content):
        return read_webpage(content, asked)
    return read_delimited(content, asked)


def refuse_early(content: bytes) -> None:
    """Raises UnreadableTable for what needs no reading to be refused."""
    if len(content) > MOST_BYTES:
        raise UnreadableTable(_("The file is larger than 20 MB: split it."))
    if content.startswith(_OLD_EXCEL):
        text = _("This is a workbook of an old Excel (.xls). Open it and save it as .xlsx, then import that file.")
        raise UnreadableTable(text)
