"""Bytes to text, in whatever encoding a contact list may be."""

from __future__ import annotations

import re
from collections.abc import Sequence

UTF_8 = "utf-8"
GUESSED = ("cp1251", "cp866", "koi8-r", "mac_cyrillic", "cp1252")
"""Single-byte encodings that are looked for, the likeliest first."""
ENCODINGS = (UTF_8, "utf-16", *GUESSED)
"""What can be chosen."""

_CYRILLIC_WORD = re.compile(r"[А-Яа-яЁё]+")
_NORMAL_CASE = re.compile(r"[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+")
_MIXED = re.compile(r"[A-Za-z][А-Яа-яЁёЀ-ӿ]|[А-Яа-яЁёЀ-ӿ][A-Za-z]")
_COMMON = frozenset("оеаинтсрвлкмдп")
_LATIN_WORD = re.compile("[A-Za-zÀ-ÖØ-öø-ÿŒœŠšŽžŸ]+")
_STRANGE = re.compile("[\u2500-\u25ff\u0080-\u009f\ufffdЂЃѓЉЊЌЋЏђљњќћџ¤¦§¬¶µ†‡‰√∞≈≤≥÷∆]|[»€‘”…‹›•™][А-Яа-яЁё]")
_ENOUGH = 200_000
"""Bytes that are looked at to guess."""


def decoded(content: bytes, encoding: str = "") -> tuple[str, str, frozenset[int]]:
    """The text, in which encoding it is, and the lines (from 1) in which something could not be read as such.

    UTF-8 with some bytes that are none stays UTF-8: only those lines are read in another encoding.
    """
    if encoding and encoding != UTF_8:
        return content.decode(encoding, "replace"), encoding, frozenset()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace"), "utf-16", frozenset()
    if not encoding and (wide := _utf_16(content)):
        return content.decode(wide, "replace"), wide, frozenset()
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return content.decode(UTF_8), UTF_8, frozenset()
    except UnicodeDecodeError:
        pass
    lines = content.split(b"\n") if b"\n" in content else content.split(b"\r")
    end = "\n" if b"\n" in content else "\r"
    read = [_line(line) for line in lines]
    good = sum(1 for text, _ in read if text is not None and not text.isascii())
    bad = [number for number, (text, _) in enumerate(read, 1) if text is None]
    if encoding == UTF_8 or good >= len(bad) or any(part for _, part in read):
        texts = [
            text if text is not None else _patched(line, part) for line, (text, part) in zip(lines, read, strict=True)
        ]
        return end.join(texts), UTF_8, frozenset(bad)
    found = guessed(content)
    return content.decode(found, "replace"), found, frozenset()


def guessed(content: bytes) -> str:
    """The single-byte encoding in which this reads most like words."""
    sample = content[:_ENOUGH]
    return max(GUESSED, key=lambda name: (_likeness(sample.decode(name, "replace")), -GUESSED.index(name)))


def _line(line: bytes) -> tuple[str | None, bool]:
    """The line, if it is UTF-8; else None, and whether most of it is."""
    try:
        return line.decode(UTF_8), False
    except UnicodeDecodeError:
        text = line.decode(UTF_8, "replace")
        return None, sum(sign > "\x7f" and sign != "\ufffd" for sign in text) > text.count("\ufffd")


def _patched(line: bytes, mostly_utf_8: bool) -> str:
    return line.decode(UTF_8, "ignore") if mostly_utf_8 else line.decode(guessed(line), "replace")


def _utf_16(content: bytes) -> str:
    """UTF-16 without its mark: every second byte of digits, delimiters and Latin letters is zero."""
    sample = content[:4000]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    most, fewest = max(even, odd), min(even, odd)
    if len(sample) < 8 or len(content) % 2 or most < len(sample) // 10 or fewest > most // 10:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _likeness(text: str) -> float:
    """How much this looks like somebody's words: of a wrong encoding come letters that nobody puts together."""
    words: Sequence[str] = _CYRILLIC_WORD.findall(text)
    score = 0.0
    for word in words:
        if len(word) > 1 and _NORMAL_CASE.fullmatch(word):
            score += sum(1.0 if sign in _COMMON else 0.3 for sign in word.lower())
        else:
            score -= len(word) / 2
    for word in _LATIN_WORD.findall(text):
        accents = sum(sign > "\x7f" for sign in word)
        score += accents if 2 * accents <= len(word) else -accents  # Words are not made of accents.
    return score - 3 * len(_STRANGE.findall(text)) - 3 * len(_MIXED.findall(text))
