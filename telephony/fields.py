"""Typed reads from payloads that nobody vouches for.

`read_params` takes the fields out of whatever a PBX sent: a query string, an urlencoded or multipart
form, or JSON, in UTF-8 or another charset, whole or damaged. The readers below turn one field into a
value; their error names the field and what was expected, and becomes the delivery's error.
"""

from __future__ import annotations

import codecs
import email
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.message import Message
from urllib.parse import unquote_to_bytes
from zoneinfo import ZoneInfo

from telephony.exceptions import MalformedHook
from telephony.hooks import Hook

Params = dict[str, str]

FALLBACK_CHARSET = "windows-1251"
"""What a Russian PBX sends when it is not UTF-8; it reads any byte, so nothing fails on encoding."""

LONGEST_TEXT = 200
LONGEST_LINK = 2000
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST = datetime(2050, 1, 1, tzinfo=UTC)  # Seconds between the two fit into 31 bits, the database's integer.


def read_params(hook: Hook) -> Params:
    """All fields of the request; of a repeated field the first non-empty one counts, the body before the query."""
    return _first_values([*_body_fields(hook), *_urlencoded(hook.query, "utf-8")])


def _body_fields(hook: Hook) -> Iterable[tuple[str, str]]:
    body = hook.body
    if not body.strip():
        return []
    header = _content_type(hook)
    charset = _known_charset(header.get_content_charset())
    if header.get_content_type() == "multipart/form-data":
        return _multipart(hook, charset)
    if header.get_content_subtype() == "json" or body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _json(body, charset)
    return _urlencoded(body.strip(b"\r\n"), charset)


def _content_type(hook: Hook) -> Message:
    header = Message()
    header["content-type"] = hook.content_type.replace("\r", " ").replace("\n", " ") or "application/octet-stream"
    return header


def _known_charset(name: str | None) -> str:
    try:
        return codecs.lookup(name or "utf-8").name
    except (LookupError, ValueError):
        return "utf-8"


def _decode(raw: bytes, charset: str) -> str:
    try:
        text = raw.decode(charset)
    except (UnicodeError, LookupError):
        text = raw.decode(FALLBACK_CHARSET, "replace")
    return storable(text)


def storable(text: str) -> str:
    """Without what no database stores: NUL and lone surrogates. The delivery keeps the bytes as they came."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _urlencoded(raw: bytes, charset: str) -> Iterable[tuple[str, str]]:
    # Not parse_qsl: given bytes, it fails on anything beyond ASCII, and text would need the charset first.
    pairs = (pair.replace(b"+", b" ").partition(b"=") for pair in raw.split(b"&") if pair)
    return [
        (_decode(unquote_to_bytes(name), charset), _decode(unquote_to_bytes(value), charset))
        for name, _, value in pairs
    ]


def _multipart(hook: Hook, charset: str) -> Iterable[tuple[str, str]]:
    head = b"Content-Type: " + hook.content_type.encode("utf-8", "replace") + b"\r\n\r\n"
    try:
        parts = list(email.message_from_bytes(head + hook.body).walk())
    except RecursionError:
        raise MalformedHook("The multipart body is nested too deeply.") from None
    found = []
    for part in parts:
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            found.append((storable(name), _decode(payload, _known_charset(part.get_content_charset() or charset))))
    if not found:
        raise MalformedHook("The multipart body can't be read: no field between its boundaries.")
    return found


def _json(body: bytes, charset: str) -> Iterable[tuple[str, str]]:
    text = _decode(body, "utf-8-sig" if charset == "utf-8" else charset)
    try:
        # Numbers stay as written: a call id 1419783130.15590 must keep its last zero.
        value = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
        if not isinstance(value, dict):
            raise MalformedHook("The JSON body is no object with fields.")
        return [(storable(name), _json_text(item)) for name, item in value.items()]
    except RecursionError:
        raise MalformedHook("The JSON body is nested too deeply.") from None
    except ValueError as error:
        raise MalformedHook(f"The body is no JSON: {error}.") from None


def _json_text(value: object) -> str:
    if value is None:
        return ""
    return storable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _first_values(pairs: Iterable[tuple[str, str]]) -> Params:
    params: Params = {}
    for name, value in pairs:
        if not params.get(name):
            params[name] = value
    return params


def text(params: Mapping[str, str], name: str, *, longest: int = LONGEST_TEXT) -> str:
    """The field without blanks around it; empty if it is missing."""
    value = params.get(name, "").strip()
    if len(value) > longest:
        raise MalformedHook(f"{name}: expected at most {longest} characters, got {len(value)}.")
    return value


def required(params: Mapping[str, str], name: str, *, longest: int = LONGEST_TEXT) -> str:
    """The field, which must be there and not empty."""
    value = text(params, name, longest=longest)
    if not value:
        raise MalformedHook(f"{name}: missing or empty.")
    return value


def chosen(params: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Those of the named fields that say something, cut to `LONGEST_TEXT`: no message fails for an extra."""
    found = {name: params.get(name, "").strip()[:LONGEST_TEXT] for name in names}
    return {name: value for name, value in found.items() if value}


def seconds(params: Mapping[str, str], name: str) -> int | None:
    """A length of time in whole seconds ("16", 16 or "16.4"), None if missing."""
    value = text(params, name)
    if not value:
        return None
    try:
        found = int(float(value))
    except (ValueError, OverflowError):
        found = -1
    if not 0 <= found <= 7 * 24 * 3600:
        raise MalformedHook(f"{name}: expected a number of seconds, got {_shown(value)}.")
    return found


def unix_time(params: Mapping[str, str], name: str) -> datetime | None:
    """A moment in Unix seconds, UTC; None if missing or 0."""
    value = text(params, name)
    if value in ("", "0"):
        return None
    try:
        moment = datetime.fromtimestamp(float(value), UTC)
    except (ValueError, OverflowError, OSError):
        moment = None
    if moment is None or not _EARLIEST <= moment < _LATEST:
        raise MalformedHook(f"{name}: expected Unix seconds, got {_shown(value)}.")
    return moment


def local_time(params: Mapping[str, str], name: str, zone: ZoneInfo) -> datetime | None:
    """A moment written `2024-01-29 13:46:22` by a clock in `zone` (or with its own offset); None if missing."""
    value = text(params, name)
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or not _EARLIEST <= moment < _LATEST:
        raise MalformedHook(f"{name}: expected a time like 2024-01-29 13:46:22, got {_shown(value)}.")
    return moment


def near(received_at: datetime, reference: datetime | None, *, within: timedelta = timedelta(minutes=10)) -> datetime:
    """When something happened that the PBX gives no time for, but a time it can't have been before.

    The time of receipt, unless that is further from the reference than such things take: then the message
    was held up (or is an old example) and the reference is the better guess.
    """
    if reference is None or timedelta(0) <= received_at - reference <= within:
        return received_at
    return reference


def _shown(value: str) -> str:
    return repr(value if len(value) <= 40 else value[:40] + "…")
