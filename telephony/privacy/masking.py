"""Keeps what is secret out of log lines, stored headers, error texts and pages: one list of names, one mark.

What names a secret is decided by `is_secret_name`; where a secret's value is known, it is hidden under any name and
however it is written. Three strengths, the weakest first:

- `hide_secrets`, for a text of which nothing is known: secret parts of hook addresses (and of any other path what looks
  made by chance), values under secret names.
  `HideHookSecrets` does that to every log line.
- `readable` and `storable_headers`, for what is stored of a message or an error: also a connection's own values.
- `Mask`, for pages that show what a PBX sent: also all of a link but its host, because a recording's link opens it.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus, unquote

from telephony.domain import fields

HIDDEN = "[hidden]"

SHORT_SECRET = 8
"""A secret shorter than this may be a part of a number by chance: pages hide it as a whole word only."""
LONGEST_READABLE = 2000

_SECRET_PART = re.compile(
    r"access_?code|token|secret|passw|pwd|signature|auth(?!or(?!i[sz]))|api[-_]?key|session|cookie", re.IGNORECASE
)
_SECRET_WORDS = frozenset({"hash", "sign", "sig"})
_WORD = re.compile(r"[^\W_]+")

_SLASH = r"(?:\\?/|%(?:25)*2F)"
"""As it is, in JSON, or percent-encoded, perhaps several times."""
_HOOK_SECRET = re.compile(
    rf"(?P<kept>{_SLASH}hooks?{_SLASH}++(?:[a-z][\w-]{{0,19}}{_SLASH}++)?)[^?\s\"'<>]+?(?=/?(?:[?\s\"'<>]|$))",
    re.IGNORECASE,
)
"""All that comes after the vendor's name: of a mistyped address nobody knows which part was meant to be the secret."""
_IN_PATH = re.compile(rf"(?P<kept>{_SLASH})(?P<part>[\w.~%-]{{16,}}+)(?![\w.~%-])", re.IGNORECASE | re.ASCII)
_CHANGES = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[a-z0-9])|(?<=[0-9])(?=[A-Za-z])", re.ASCII)
FEWEST_CHANGES = 5
"""Between small letters, capitals and digits: words and dates have fewer, 16 characters made by chance hardly ever."""
_FILE_ENDING = re.compile(r"\.[a-z][a-z0-9]{1,4}\Z")
# Each pattern takes time in proportion to the text, whatever a stranger sent: no name is looked for from within a name.
_NAME_IS_VALUE = re.compile(
    r"(?<![\w.\-\[\]])(?P<name>[\w.\-\[\]]++)(?:=|%3D)(?!\{\w+\})(?P<value>[^&\s\"'<>]+)", re.IGNORECASE
)
"""name=value, in a query, a form or a link; perhaps percent-encoded; but no placeholder as in key={KEY}."""
_NAMED_VALUES = (
    ("=", _NAME_IS_VALUE),
    ("%3", _NAME_IS_VALUE),
    # "name": "value" and "name": value
    (
        '"',
        re.compile(r"\"(?P<name>[^\"\\]{1,80})\"\s*+:\s*+(?P<value>\"(?:[^\"\\]|\\.)++|\[hidden\]|[^\",\s}\]]+)"),
    ),
    # The same as a text within XML or JSON: &quot;name&quot;:&quot;value&quot;, \"name\":\"value\"
    (
        "&quot;",
        re.compile(r"&quot;(?P<name>[^\"\\&]{1,80})&quot;\s*+:\s*+(?:&quot;)?(?P<value>\[hidden\]|[^\"\\&,\s}\]]+)"),
    ),
    (
        '\\"',
        re.compile(r"\\\"(?P<name>[^\"\\&]{1,80})\\\"\s*+:\s*+(?:\\\")?(?P<value>\[hidden\]|[^\"\\&,\s}\]]+)"),
    ),
    # name="name", a few lines, an empty line and the value, in multipart/form-data
    (
        "\n",
        re.compile(
            r"name=\"?(?P<name>[\w.\-\[\]]{1,80})\"?[^\n]{0,500}\n(?:[^\r\n]{1,500}\r?\n){0,5}\r?\n(?P<value>[^\r\n]+)"
        ),
    ),
    # <name>value</name>
    ("<", re.compile(r"<(?:\w{1,40}:)?(?P<name>[\w.\-]{1,80})(?:\s[^>]{0,500})?>(?P<value>[^<]+)")),
)
"""Each with a sign without which it need not be looked for: most texts are short and have none."""
_PASSWORD_IN_LINK = re.compile(r"(?P<kept>\w://[^/\s:@]{0,200}:)[^/\s@]{1,200}(?=@)")
_LINKS = (
    re.compile(
        r"(?P<kept>\b(?:https?|ftp):(?:\\?/){2}[^/\\?\s\"'<>&]+(?:\\?/|\?))[^\s\"'<>&]+(?:&[^\s\"'<>&]+)*",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<kept>\b(?:https?|ftp)%3A%2F%2F(?:(?!%2F|%3F)[^&\s])+(?:%2F|%3F))[^&\s]+", re.IGNORECASE),
)
"""A link as it is (in JSON perhaps with escaped slashes), and percent-encoded."""


def is_secret_name(name: str, *, keys: bool = False) -> bool:
    """Whether a field or a header of this name holds a secret; with `keys`, also one that holds a key of any kind."""
    if _SECRET_PART.search(name) is not None or (keys and "key" in name.lower()):
        return True
    return not _SECRET_WORDS.isdisjoint(_WORD.findall(name.lower()))


def hide_secrets(text: str) -> str:
    """The text without the secret parts of hook addresses, and without what stands under a secret name."""
    return _hide_named(text, keys=True)


def hide_values(text: str, secrets: Iterable[str]) -> str:
    """The text with each of these values, however it is written, in capitals or not, replaced."""
    pattern = _pattern(tuple(secrets), whole_words=False)
    return pattern.sub(HIDDEN, text) if pattern is not None else text


def readable(text: str, secrets: Iterable[str]) -> str:
    """The text without secrets, these among them, and without what no database stores; cut to a readable length."""
    return fields.storable(hide_secrets(hide_values(text, secrets)))[:LONGEST_READABLE]


def storable_headers(
    headers: Iterable[tuple[str, str]],
    *,
    secrets: Iterable[str] = (),
    secret_names: Collection[str] = (),
    plain_names: Collection[str] = (),
) -> dict[str, str]:
    """The headers without what is secret in them, and without what no database stores.

    In small letters: `secret_names` are headers whose names don't say that they are secret, `plain_names` those whose
    names say so although they are not.
    """
    secrets = tuple(secrets)
    kept = {}
    for name, value in headers:
        is_secret = name.lower() in secret_names or _names_a_secret(name)
        kept[name] = HIDDEN if is_secret and name.lower() not in plain_names else _storable(value, secrets)
    return kept


@lru_cache(maxsize=1000)
def _names_a_secret(header: str) -> bool:
    return is_secret_name(header, keys=True)


@lru_cache(maxsize=256)
def _storable(value: str, secrets: tuple[str, ...]) -> str:
    """Remembered: a PBX sends nearly the same headers with each message. A proxy may repeat the address in one."""
    return hide_secrets(hide_values(fields.storable(value), secrets))


class Mask:
    """Hides one connection's secrets, and whatever else is secret, before a page shows what a PBX sent."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._values = _pattern(tuple(secrets), whole_words=True)

    def text(self, text: str) -> str:
        """The text with every secret in it replaced."""
        if self._values is not None:
            text = self._values.sub(HIDDEN, text)
        text = _hide_named(text, keys=True)
        for pattern in _LINKS:
            text = pattern.sub(rf"\g<kept>{HIDDEN}", text)
        return text

    def field(self, name: str, value: str) -> str:
        """A field's value, fit to be shown."""
        return HIDDEN if value and is_secret_name(name, keys=True) else self.text(value)

    def raw(self, body: bytes) -> bytes:
        """The bytes with every secret in them replaced."""
        return self.text(body.decode("latin-1")).encode("latin-1")


class HideHookSecrets(logging.Filter):
    """For every handler of the project: rewrites the finished message, whatever its arguments were, and tracebacks."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        hidden = hide_secrets(message)
        if hidden != message:
            record.msg, record.args = hidden, None
        if record.exc_info:
            # What a formatter finds here it takes as it is; an error's own text may hold an address.
            record.exc_text = hide_secrets(record.exc_text or _FORMATTER.formatException(record.exc_info))
        if record.stack_info:
            record.stack_info = hide_secrets(record.stack_info)
        return True


_FORMATTER = logging.Formatter()


def _hide_named(text: str, *, keys: bool) -> str:
    """The text without the secret parts of addresses, and without the values under secret names."""

    def hide(found: re.Match[str]) -> str:
        if not is_secret_name(found["name"], keys=keys):
            return found[0]
        before = found[0][: found.start("value") - found.start()]
        return before + ('"' if found["value"].startswith('"') else "") + HIDDEN

    if "/" in text or "%2" in text:
        text = _IN_PATH.sub(_hide_random, _HOOK_SECRET.sub(rf"\g<kept>{HIDDEN}", text))
    for sign, pattern in _NAMED_VALUES:
        if sign in text:
            text = pattern.sub(hide, text)
    return _PASSWORD_IN_LINK.sub(rf"\g<kept>{HIDDEN}", text) if "://" in text else text


def _hide_random(found: re.Match[str]) -> str:
    """A part of a path that no person thought of is taken for a secret, wherever the path leads."""
    parts = unquote(unquote(found["part"])).split("/")
    is_random = any(len(_CHANGES.findall(part)) >= FEWEST_CHANGES and not _FILE_ENDING.search(part) for part in parts)
    return found["kept"] + HIDDEN if is_random else found[0]


def _spellings(secret: str) -> set[str]:
    """How a secret may be written: as it is, percent-encoded, or in JSON (PHP's with escaped slashes)."""
    in_json = json.dumps(secret)[1:-1]
    encoded = {quote(secret), quote(secret, safe=""), quote_plus(secret)}
    return ({secret, in_json, in_json.replace("/", r"\/")} | encoded) - {""}


@lru_cache(maxsize=256)
def _pattern(secrets: tuple[str, ...], *, whole_words: bool) -> re.Pattern[str] | None:
    """What finds any of these values; None if there are none."""
    written = {text for secret in secrets for text in _spellings(str(secret))}
    found = [_found(text, whole_words) for text in sorted(written, key=len, reverse=True)]
    return re.compile("|".join(found), re.IGNORECASE) if found else None


def _found(text: str, whole_words: bool) -> str:
    escaped = re.escape(text)
    is_short = len(text) < SHORT_SECRET
    return rf"(?<![0-9A-Za-z]){escaped}(?![0-9A-Za-z])" if whole_words and is_short else escaped
