"""Texts that a spreadsheet program could run: guarded where they are written, as they were where they are read.

A cell that begins with one of = + - @ is a formula to Excel and LibreOffice, whoever typed it (OWASP, "CSV
Injection"). Where a cell begins is for the reader to say: a semicolon's file opened with commas has cells inside of
ours. So an apostrophe goes before each sign that any delimiter, or a line break, could put first in a cell. One more
goes before apostrophes that are there already: taking one away gives back what was written.
"""

from __future__ import annotations

import re

DELIMITERS = ",;|\t\r\n"
_SIGNS = "=+@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b-"
"""With the wide and the small ones, which Excel reads like the others."""
_SKIPPED = '\\s"\x00-\x1f\x7f\u200b-\u200f\u2028-\u202f\u2060\ufeff' + DELIMITERS
"""What a program may leave out before it looks for a sign: blanks, what can't be seen, quotation marks."""
_BEGIN = rf"(\A[{_SKIPPED}]*+|(?<![{_SKIPPED}])[{_SKIPPED}]++)"
_RUN = re.compile(rf"{_BEGIN}(?='*+[{_SIGNS}])")
_QUOTED_NUMBER = re.compile(r"'+[\d(]")
"""Elsewhere such an apostrophe guards a number: importing takes it away (crm/imports/reading/grid.py)."""
_IN_QUOTES = re.compile(r'[;"\r\n]')
"""A text with one of these stands in quotation marks, one of which is read with its last number."""
_NUMBER = re.compile(rf"[+-]\d+(?:\.\d+)?(?=[^\S\r\n\t]*(?:[{DELIMITERS}]|\Z))")
"""One number and nothing else, like a telephone's: a program makes that number of it."""


def guarded(text: str) -> str:
    """The text as a CSV cell of which no program takes any part for a formula."""
    is_quoted = _IN_QUOTES.search(text)

    def guard(match: re.Match[str]) -> str:
        is_number = not is_quoted and _NUMBER.match(text, match.end())
        return f"{match[1]}'" if _begins_a_cell(match) and not is_number else match[1]

    safe = _RUN.sub(guard, text)
    return f"'{safe}" if _QUOTED_NUMBER.match(text) else safe


def unguarded(text: str) -> str:
    """What was guarded, as it was."""
    parts: list[str] = []
    done = 0
    for match in _RUN.finditer(text):
        parts.append(text[done : match.end()])
        is_guarded = _begins_a_cell(match) and text[match.end() : match.end() + 1] == "'"
        done = match.end() + is_guarded
    plain = "".join([*parts, text[done:]])
    return plain[1:] if _QUOTED_NUMBER.match(plain) else plain


def _begins_a_cell(match: re.Match[str]) -> bool:
    return match.start() == 0 or any(sign in DELIMITERS for sign in match[1])
