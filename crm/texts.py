"""Texts that people and programs write, as they may be stored and shown."""

from __future__ import annotations

import re
import unicodedata

_BLANKS = re.compile(r"\s+")
_INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Marks of direction and width that come along with what is copied."""
_LINE_BREAK = re.compile(r"\r\n|[\r\n\x0b\x0c\u2028\u2029]")


def one_line(text: str) -> str:
    """Without line breaks, control characters and invisible marks: for what goes to phones and lists."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    kept = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    return _BLANKS.sub(" ", _INVISIBLE.sub("", kept)).strip()


def lines(text: str) -> str:
    """As `one_line`, but the line breaks stay."""
    return "\n".join(one_line(line) for line in _LINE_BREAK.split(text)).strip()
