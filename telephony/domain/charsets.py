"""The encodings in which text from outside is read: those that PBXs, 1C and contact lists use.

Whoever sends a text names its encoding. Python knows encodings that take seconds for a quarter of a megabyte (punycode,
idna), some that unpack (zlib, bz2), and remembers each name that it was ever asked for: so names are looked up in a
list of ours, and nowhere else.
"""

from __future__ import annotations

import re
from encodings.aliases import aliases

_READ = (
    *("utf_8", "utf_8_sig", "ascii", "utf_16", "utf_16_le", "utf_16_be"),
    *("cp1251", "koi8_r", "koi8_u", "cp866", "iso8859_5", "mac_cyrillic", "kz1048"),
    *("latin_1", "iso8859_15", "iso8859_2", "cp1250", "cp1252", "cp1254", "cp1257"),
)
_NAMES = {name: name for name in _READ} | {alias: name for alias, name in aliases.items() if name in _READ}
_OTHERS = {"windows_" + name[2:]: name for name in _READ if name.startswith("cp12")} | {"unicode_1_1_utf_8": "utf_8"}
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:+-]{1,40})", re.IGNORECASE)


def known(name: str | None) -> str | None:
    """The encoding by the name that Python has for it; None for no name, and for one that is not read here."""
    if not name or len(name) > 40:
        return None
    plain = re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")
    found = _NAMES.get(plain) or _OTHERS.get(plain)
    return found.replace("_", "-") if found in ("utf_8", "utf_16", "utf_16_le", "utf_16_be") else found


def named_in(content_type: str) -> str | None:
    """The charset that a Content-Type names, as it stands there; None if it names none."""
    found = _CHARSET.search(content_type)
    return found.group(1) if found else None
