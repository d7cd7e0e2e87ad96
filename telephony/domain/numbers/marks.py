"""Takes a number out of what it is wrapped in: marks nobody sees, quotes, addresses, a spreadsheet's armour."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

LONGEST = 1000
"""So much of a text is looked at: no cell and no field with numbers is longer."""

_URI = re.compile(r"(?:sips?|tel|callto|whatsapp|viber|facetime(?:-audio)?|skype):(?://)?", re.IGNORECASE)
_URI_PARAMETER = re.compile(r";(?!ext=|isub=|postd=)[a-z][\w-]*(?:=[^;,\s]*)?", re.IGNORECASE)
_CHANNEL = re.compile(r"^(?:PJSIP|SIP|IAX2|Local|DAHDI)/([^-@/]+)(?:[-@/].*)?$", re.IGNORECASE)
_HOST = re.compile(r"@[^\s,;/<>]*")
_TRUNK_SUFFIX = re.compile(r"_id\d+\b")
_FRACTION = re.compile(r"(?<![\d.,])(\d{7,15})[.,]0+(?![\d.,])")
_IN_BRACKETS = re.compile(r"<([^<>]*)>")
_QUOTED = re.compile(r'"[^"]*"')
_DASHES = re.compile("[\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d]")
_PLACEHOLDER = re.compile(r"[{}]")


def plain(text: str) -> str:
    """One kind of blank and dash; nothing that can't be seen. Line breaks stay."""
    found = []
    for sign in text[:LONGEST]:
        kind = unicodedata.category(sign)
        if sign in "\r\n\x0b\x0c\u2028\u2029":
            found.append("\n")
        elif kind == "Zs" or sign == "\t":
            found.append("  " if sign == "\t" else " ")
        elif kind not in ("Cf", "Cc", "Cs", "Mn"):
            found.append(sign)
    return _DASHES.sub("-", "".join(found)).strip()


def unwrapped(text: str) -> str:
    """Of `plain` text, what may be a number: not the name before it, the host after it, quotes, `="..."`."""
    if _PLACEHOLDER.search(text):
        return ""  # A PBX's own placeholder, which it did not fill in.
    inside = [part for part in _IN_BRACKETS.findall(text) if part.strip()]
    outside = _IN_BRACKETS.sub(" ", text)
    if inside and (any(map(str.isdigit, "".join(inside))) or not any(map(str.isdigit, outside))):
        text = "\n".join(inside)
    elif inside or "<>" in text:
        text = outside
    if '"' in text and any(map(str.isdigit, _QUOTED.sub("", text))) and "=" not in text[:2]:
        text = _QUOTED.sub(" ", text)  # A name in quotes, which may have digits of its own.
    if _URI.search(text) or "%2b" in text.lower():
        text = _URI.sub("", unquote(text))
    text = _CHANNEL.sub(r"\1", text)
    text = _URI_PARAMETER.sub("", _HOST.sub("", text))
    text = _FRACTION.sub(r"\1", _TRUNK_SUFFIX.sub("", text))
    return text.strip(" \n\"'`´‘’“”«»=")
