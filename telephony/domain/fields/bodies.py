"""The fields of a request: a query string, an urlencoded or multipart form, or JSON.

In UTF-8 or another charset, whole or damaged, and in wrappings that are odd but plain: what stands there is looked at
first, what the header says of it second.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable
from email.message import Message
from urllib.parse import unquote_to_bytes

from telephony.domain import charsets
from telephony.domain.exceptions import MalformedHook
from telephony.domain.fields.multipart import looks_like_parts, read_parts
from telephony.domain.fields.params import Params
from telephony.domain.hooks import Hook

FALLBACK_CHARSET = "windows-1251"
"""What a Russian PBX sends when it is not UTF-8; it reads any byte, so nothing fails on encoding."""

Pairs = list[tuple[str, str]]
_BLANKS = b" \t\r\n"
_BYTE_ORDER_MARK = "\ufeff"
_WIDE = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_A_FORM = re.compile(rb"[\w.%+\[\]-]{1,200}=|%(?:7B|5B)", re.IGNORECASE)
DEEPEST = 3
"""How many wrappings around a JSON message are taken off."""


def read_params(hook: Hook) -> Params:
    """All fields of the request; of a repeated field the first non-empty one counts, the body before the query.

    Raises MalformedHook if the body holds no fields that can be read.
    """
    if not hook.read:
        hook.read.update(_first_values([*_body_fields(hook), *_urlencoded(hook.query, "utf-8")]))
    return Params(hook.read, received_at=hook.received_at)


def _body_fields(hook: Hook) -> Pairs:
    header = _content_type(hook)
    body, charset = _without_mark(hook.body, charsets.known(charsets.named_in(hook.content_type)) or "utf-8")
    body = body.strip(_BLANKS + b"\x00")
    if not body:
        return []
    if looks_like_parts(body) or (header.get_content_type() == "multipart/form-data" and body[:1] not in b"{["):
        return _multipart(hook, body, charset)
    if body[:1] in b"{[":
        return _json(body, charset)
    if header.get_content_subtype() == "json" and not _A_FORM.match(body):
        return _json(body, charset)
    return _urlencoded(body, charset)


def _content_type(hook: Hook) -> Message:
    header = Message()
    header["content-type"] = hook.content_type.replace("\r", " ").replace("\n", " ") or "application/octet-stream"
    return header


def _without_mark(body: bytes, charset: str) -> tuple[bytes, str]:
    """The body without the byte order mark that an editor put before it, in the encoding that the mark names."""
    for mark, encoding in _WIDE:
        if body.startswith(mark):
            return body.decode(encoding, "replace").encode(), "utf-8"
    if body.startswith(codecs.BOM_UTF8):
        return body.removeprefix(codecs.BOM_UTF8), "utf-8"
    return body, charset


def _decode(raw: bytes, charset: str) -> str:
    try:
        text = raw.decode(charset)
    except (UnicodeError, LookupError):
        text = raw.decode(FALLBACK_CHARSET, "replace")
    return text if text.isascii() and text.isprintable() else storable(text)


def storable(text: str) -> str:
    """Without what no database stores: NUL and lone surrogates. The delivery keeps the bytes as they came."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _urlencoded(raw: bytes, charset: str) -> Pairs:
    # Not parse_qsl: given bytes, it fails on anything beyond ASCII, and text would need the charset first.
    pairs = (pair.replace(b"+", b" ").partition(b"=") for pair in raw.split(b"&") if pair)
    return _unwrapped(
        [
            (
                _decode(unquote_to_bytes(name), charset).lstrip(_BYTE_ORDER_MARK),
                _decode(unquote_to_bytes(value), charset),
            )
            for name, _, value in pairs
        ]
    )


def _multipart(hook: Hook, body: bytes, charset: str) -> Pairs:
    found = [
        (_name(name, charset), _decode(payload, charsets.known(own) or charset))
        for name, payload, own in read_parts(hook.content_type, body)
    ]
    if not found and _A_FORM.match(body):
        return _urlencoded(body, charset)
    if not found:
        raise MalformedHook("The multipart body can't be read: no field between its boundaries.")
    return _unwrapped(found)


def _name(name: str | bytes, charset: str) -> str:
    text = storable(name) if isinstance(name, str) else _decode(name, charset)
    return text.lstrip(_BYTE_ORDER_MARK)


def _json(body: bytes, charset: str) -> Pairs:
    try:
        value = _message_in(_loads(_decode(body, charset)))
        if isinstance(value, str):
            value = _message_in(_loads(value))
    except RecursionError:
        raise MalformedHook("The JSON body is nested too deeply.") from None
    except ValueError as error:
        raise MalformedHook(f"The body is no JSON: {error}.") from None
    if isinstance(value, list):
        if value:
            raise MalformedHook(f"The JSON body is a list of {len(value)}: send each message in a request of its own.")
        return []
    if not isinstance(value, dict):
        raise MalformedHook("The JSON body is no object with fields.")
    return _fields_of(value)


def _loads(text: str) -> object:
    # Numbers stay as written: a call id 1419783130.15590 must keep its last zero.
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)


def _message_in(value: object) -> object:
    """The message in a list of one, or in an object with one field that is an object."""
    for _ in range(DEEPEST):
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        elif isinstance(value, dict) and len(value) == 1 and isinstance(only := next(iter(value.values())), dict):
            value = only
    return value


def _fields_of(value: dict[str, object]) -> Pairs:
    return [(storable(name).lstrip(_BYTE_ORDER_MARK), _json_text(item)) for name, item in value.items()]


def _json_text(value: object) -> str:
    if value is None:
        return ""
    return storable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _unwrapped(form: Pairs) -> Pairs:
    """The form's fields, and those of JSON in one of them (or of a message that was JSON and sent as a form)."""
    return form + [inner for name, value in form for inner in _fields_in(value or name)]


def _fields_in(text: str) -> Pairs:
    if text.lstrip()[:1] not in ("{", "["):
        return []
    try:
        value = _message_in(_loads(text))
    except (ValueError, RecursionError):
        return []  # A placeholder {NUMBER}, say.
    return _fields_of(value) if isinstance(value, dict) else []


def _first_values(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    params: dict[str, str] = {}
    for name, value in pairs:
        if not params.get(name):
            params[name] = value
    return params
