"""The text of a SOAP request, in whichever of the encodings that 1C and PBXs use."""

from __future__ import annotations

import codecs
import re

from telephony.domain import charsets
from telephony.domain.exceptions import MalformedHook

MAX_BYTES = 64 * 1024
ENCODINGS = {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "ascii"}
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UNMARKED = ((re.compile(rb"<\x00.\x00"), "utf-16-le"), (re.compile(rb"\x00<\x00"), "utf-16-be"))
_DECLARED_ENCODING = re.compile(rb"^\s*<\?xml\s[^>]{0,100}\bencoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")


def decode(body: bytes, content_type: str) -> str:
    """By its byte order mark, else the header's charset, else its declaration, else as UTF-8. Raises MalformedHook."""
    if len(body) > MAX_BYTES:
        raise MalformedHook(f"The body is larger than {MAX_BYTES // 1024} KiB.")
    if not body.strip():
        raise MalformedHook("The body is empty.")
    declared = _DECLARED_ENCODING.match(body)
    named = charsets.named_in(content_type) or (declared.group(1).decode("ascii") if declared else "utf-8")
    marked = [name for mark, name in _BYTE_ORDER_MARKS if body.startswith(mark)]
    marked += [name for start, name in _UNMARKED if start.match(body)]
    encoding = marked[0] if marked else charsets.known(named) or ""
    if not marked and encoding not in ENCODINGS:
        raise MalformedHook(f"The encoding {named[:40]!r} is not read here; UTF-8, UTF-16 and windows-1251 are.")
    try:
        # No XML has a NUL, but a program that takes its buffer for a text sends some.
        return body.decode(encoding).replace("\x00", "")
    except UnicodeError:
        raise MalformedHook(f"The body is not in its encoding, {encoding.removesuffix('-sig').upper()}.") from None
