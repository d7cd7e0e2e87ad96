"""Which bytes of a file a request asks for: RFC 9110, section 14."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_RANGES = 20
_RANGE = re.compile(r"([0-9]*)-([0-9]*)")


class UnsatisfiableRange(Exception):
    """What is asked for lies behind the end: answer 416."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteRange:
    """Bytes `first` to `last`, both included."""

    first: int
    last: int
    is_open: bool = False
    """Whether "from here on" was asked for, and not a certain end."""

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def byte_range(header: str, size: int) -> ByteRange | None:
    """The one range that is to be answered; None for the whole file.

    What is no range of bytes is ignored, as the RFC has it. So are several ranges of which more than one can be
    had: no player asks so, and whoever does is content with the whole. Raises UnsatisfiableRange.
    """
    unit, equals, asked = header.partition("=")
    specs = [spec.strip() for spec in asked.split(",") if spec.strip()]
    if unit.strip().lower() != "bytes" or not equals or not 0 < len(specs) <= MOST_RANGES:
        return None
    found = []
    for spec in specs:
        match = _RANGE.fullmatch(spec)
        if match is None or match[0] == "-" or _is_backwards(match[1], match[2]):
            return None
        if part := _satisfied(match[1], match[2], size):
            found.append(part)
    if not found:
        raise UnsatisfiableRange
    return found[0] if len(found) == 1 else None


def _satisfied(first: str, last: str, size: int) -> ByteRange | None:
    if not first:
        wanted = min(_number(last), size)
        return ByteRange(first=size - wanted, last=size - 1) if wanted else None
    begin = _number(first)
    if begin >= size:
        return None
    return ByteRange(first=begin, last=min(_number(last or str(size)), size - 1), is_open=not last)


def _is_backwards(first: str, last: str) -> bool:
    return bool(first and last) and _number(last) < _number(first)


def _number(digits: str) -> int:
    """However long it is written; Python itself refuses to read thousands of digits."""
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) < 19 else 10**19
