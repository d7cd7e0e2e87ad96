"""Hides secrets in what a PBX sent, before anybody is shown it.

Hidden are a connection's own secret values, however they are written; the values of fields and link
parameters whose names say that they are secret; and of links all but the host, because a recording's link
opens the recording.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from telephony.logs import spellings

HIDDEN = "••••••"

SHORT_SECRET = 8
"""A secret shorter than this may be a part of a number by chance: it is hidden as a whole word only."""

_SECRET_PART = re.compile(
    r"access_?code|token|secret|passw|passwd|pwd|signature|authori[sz]ation|api_?key|session", re.IGNORECASE
)
_SECRET_NAMES = frozenset({"hash", "sign", "sig", "auth"})

# Each pattern takes time in proportion to the text, whatever a stranger sent: no name is looked for from within a name.
_NAMED_VALUES = (
    # name=value, in a query, a form or a link; perhaps percent-encoded
    re.compile(r"(?<![\w.\-\[\]])(?P<name>[\w.\-\[\]]++)(?:=|%3D)(?P<value>[^&\s\"'<>;#]+)", re.IGNORECASE),
    # "name": "value" and "name": value
    re.compile(r"\"(?P<name>[^\"\\]{1,80})\"\s*+:\s*+(?P<value>\"(?:[^\"\\]|\\.)++|[^\",\s}\]]+)"),
    # name="name", a few lines, an empty line and the value, in multipart/form-data
    re.compile(
        r"name=\"?(?P<name>[\w.\-\[\]]{1,80})\"?[^\n]{0,500}\n(?:[^\r\n]{1,500}\r?\n){0,5}\r?\n(?P<value>[^\r\n]+)"
    ),
    # <name>value</name>
    re.compile(r"<(?:\w{1,40}:)?(?P<name>[\w.\-]{1,80})(?:\s[^>]{0,500})?>(?P<value>[^<]+)"),
)
_PASSWORD_IN_LINK = re.compile(r"(?P<kept>\w://[^/\s:@]{0,200}:)[^/\s@]{1,200}(?=@)")
_LINKS = (
    re.compile(
        r"(?P<kept>\b(?:https?|ftp):(?:\\?/){2}[^/\\?\s\"'<>&]+(?:\\?/|\?))[^\s\"'<>&]+(?:&[^\s\"'<>&]+)*",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<kept>\b(?:https?|ftp)%3A%2F%2F(?:(?!%2F|%3F)[^&\s])+(?:%2F|%3F))[^&\s]+", re.IGNORECASE),
)
"""A link as it is (in JSON perhaps with escaped slashes), and percent-encoded."""


def is_secret_name(name: str) -> bool:
    """Whether a field of this name holds a secret."""
    return _SECRET_PART.search(name) is not None or name.strip().lower() in _SECRET_NAMES


class Mask:
    """Hides one connection's secrets."""

    def __init__(self, secrets: Iterable[str]) -> None:
        written = {text for secret in secrets for text in spellings(str(secret))}
        longest_first = sorted(written, key=len, reverse=True)
        patterns = [_pattern(text) for text in longest_first]
        self._values = re.compile("|".join(patterns), re.IGNORECASE) if patterns else None

    def text(self, text: str) -> str:
        """The text with every secret in it replaced."""
        if self._values is not None:
            text = self._values.sub(HIDDEN, text)
        for pattern in _NAMED_VALUES:
            text = pattern.sub(_without_secret, text)
        for pattern in (_PASSWORD_IN_LINK, *_LINKS):
            text = pattern.sub(rf"\g<kept>{HIDDEN}", text)
        return text

    def field(self, name: str, value: str) -> str:
        """A field's value, fit to be shown."""
        return HIDDEN if value and is_secret_name(name) else self.text(value)

    def raw(self, body: bytes) -> bytes:
        """The bytes with every secret in them replaced."""
        return self.text(body.decode("latin-1")).replace(HIDDEN, "*" * len(HIDDEN)).encode("latin-1")


def _without_secret(found: re.Match[str]) -> str:
    if not is_secret_name(found["name"]):
        return found[0]
    before = found[0][: found.start("value") - found.start()]
    return before + ('"' if found["value"].startswith('"') else "") + HIDDEN


def _pattern(text: str) -> str:
    found = re.escape(text)
    return found if len(text) >= SHORT_SECRET else rf"(?<![0-9A-Za-z]){found}(?![0-9A-Za-z])"
