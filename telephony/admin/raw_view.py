"""A stored request as an administrator reads it: fields, JSON, text or bytes, with secrets hidden."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from telephony.domain import fields
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import Hook
from telephony.models import Connection, Delivery, Extension
from telephony.privacy.masking import Mask
from telephony.privacy.tracebacks import readable_traceback

log = logging.getLogger(__name__)

MOST_BYTES_IN_DUMP = 4096
MOST_FIELDS = 300
LONGEST_TEXT = 20_000
SUMMARY_FIELDS = 4
LONGEST_IN_SUMMARY = 30
_NUMBER_BEGINS, _NUMBER_ENDS = "\ue000", "\ue001"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawView:
    """What the page of a delivery shows of its request. Everything has its secrets hidden."""

    request_line: str
    headers: list[tuple[str, str]]
    params: list[tuple[str, str]]
    """The fields, wherever they stood; empty if they can't be read."""
    more_params: int
    """How many more there are than `MOST_FIELDS`."""
    params_error: str
    """Why they can't be read, in words."""
    json: str
    """The body, indented, if it is JSON."""
    text: str
    """The body as it came, if it is text."""
    dump: str
    """The body in hexadecimal, if it is neither."""
    cut: bool
    """Text or dump don't show all of the body."""
    size: int
    """Bytes in the body."""


def raw_view(delivery: Delivery) -> RawView:
    """The delivery's request; never raises for what it holds."""
    hook, mask = delivery.hook(), mask_of(delivery)
    params, error = read(hook)
    # Bytes that are no form still yield fields, with names that nobody could have meant.
    readable = [(name, value) for name, value in params.items() if name and name.isprintable()]
    shown = [(mask.text(name), mask.field(name, value)) for name, value in readable]
    pretty = _pretty_json(hook.body, mask)
    text = None if pretty else _as_text(hook, mask)
    # A little more than is shown: a secret that the end cuts in two is still recognised.
    dump = _dump(mask.raw(hook.body[: 2 * MOST_BYTES_IN_DUMP])) if text is None and not pretty and hook.body else ""
    return RawView(
        request_line=_request_line(delivery, hook, mask),
        headers=[(name, mask.field(name, value)) for name, value in sorted(hook.headers.items())],
        params=shown[:MOST_FIELDS],
        more_params=max(0, len(shown) - MOST_FIELDS),
        params_error=mask.text(error),
        json=pretty[:LONGEST_TEXT],
        text=(text or "")[:LONGEST_TEXT],
        dump=dump,
        cut=max(len(text or ""), len(pretty)) > LONGEST_TEXT or (bool(dump) and len(hook.body) > MOST_BYTES_IN_DUMP),
        size=len(hook.body),
    )


def masks_of(connections: Iterable[Connection]) -> dict[int, Mask]:
    """Of each connection, by its key, what hides its secrets and its employees' keys."""
    chosen = {connection.pk: connection for connection in connections}
    keys = _employees_keys(chosen)
    return {pk: Mask([*connection.secret_values(), *sorted(keys[pk])]) for pk, connection in chosen.items()}


def mask_of(delivery: Delivery) -> Mask:
    """What hides the secrets of its connection, its employees' keys, and those that it names, known here or not."""
    connection = delivery.connection
    keys = _employees_keys([connection.pk])[connection.pk] | _keys_in(delivery.hook(), connection)
    return Mask([*connection.secret_values(), *sorted(keys)])


def _employees_keys(connections: Collection[int]) -> dict[int, set[str]]:
    keys: dict[int, set[str]] = {pk: set() for pk in connections}
    rows = Extension.objects.filter(connection__in=connections).exclude(key="")
    for connection, number, key in rows.values_list("connection_id", "number", "key"):
        if key != number:  # Such a key would hide the number everywhere, and is none.
            keys[connection].add(key)
    return keys


def _keys_in(hook: Hook, connection: Connection) -> set[str]:
    """The keys that the message names, as its events have them; of one that can't be read names alone hide them."""
    try:
        events = connection.vendor_object.parse(hook, connection.profile()).events
    except MalformedHook:
        return set()
    except Exception as error:
        log.warning("Who is named can't be read:\n%s", readable_traceback(error, connection.without_secrets))
        return set()
    return {event.user_key for event in events if event.user_key and event.user_key != event.extension}


def read(hook: Hook) -> tuple[fields.Params, str]:
    """The request's fields, or why they can't be read."""
    try:
        return fields.read_params(hook), ""
    except MalformedHook as error:
        return fields.Params(), str(error)


def summary(hook: Hook, size: int, mask: Mask) -> str:
    """The first fields of a request in one line; of an unreadable one, how large it is."""
    params, _ = read(hook)
    given = [(name, value) for name, value in params.items() if value]
    parts = [f"{mask.text(name)}={_cut(mask.field(name, value), LONGEST_IN_SUMMARY)}" for name, value in given]
    return " ".join(_cut(part, 60) for part in parts[:SUMMARY_FIELDS]) or f"{size} B"


def _request_line(delivery: Delivery, hook: Hook, mask: Mask) -> str:
    path = delivery.connection.hook_path + hook.tail
    query = hook.query.decode("utf-8", "backslashreplace")
    return mask.text(f"{hook.method} {path}" + (f"?{query}" if query else ""))


def _pretty_json(body: bytes, mask: Mask) -> str:
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return ""
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_float=_number, parse_int=_number, parse_constant=_number)
        pretty = json.dumps(_masked(value, mask), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return ""
    return pretty.replace(f'"{_NUMBER_BEGINS}', "").replace(f'{_NUMBER_ENDS}"', "")


def _number(text: str) -> str:
    """Marks a number, so that it is shown as it was written: 1419783130.15590 keeps its last zero."""
    return f"{_NUMBER_BEGINS}{text}{_NUMBER_ENDS}"


def _masked(value: Any, mask: Mask, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _masked(item, mask, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, mask, name) for item in value]
    return mask.field(name, value) if isinstance(value, str) else value


def _as_text(hook: Hook, mask: Mask) -> str | None:
    """The body as text, if that is what it is; None for bytes that no text has."""
    for charset in ("utf-8", fields.FALLBACK_CHARSET):
        try:
            text = hook.body.decode(charset)
        except UnicodeDecodeError:
            continue
        if not any(sign < " " and sign not in "\t\r\n" for sign in text):
            return mask.text(text[: 2 * LONGEST_TEXT])
    return None


def _dump(body: bytes) -> str:
    lines = []
    for start in range(0, min(len(body), MOST_BYTES_IN_DUMP), 16):
        chunk = body[start : start + 16]
        readable = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in chunk)
        lines.append(f"{start:06x}  {chunk.hex(' '):<47}  {readable}")
    return "\n".join(lines)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
