"""Bodies made of real ones: cut, doubled, swapped, spoilt, and with what once made some program fail in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from tests.surface.evil import BODIES, VALUES

TYPES = (
    *("application/x-www-form-urlencoded", "application/json", "text/xml", "multipart/form-data; boundary=X", ""),
    *("application/json; charset=windows-1251", "application/x-www-form-urlencoded; charset=utf-16", "x-nonsense"),
    *("text/plain; charset=punycode", "application/soap+xml; charset=koi8-r", "multipart/form-data", "a/b; c*=no''x"),
)
_PIECES = (
    *(value.encode("utf-8", "replace") for value in VALUES.values()),
    *(b"\x00", b"\xff\xfe", b"%00", b"%FF", b"&&==", b"[[[[", b'{"a":', b"\\u0000", b"\\ud800", b"null", b"1e999"),
    *(b"<![CDATA[", b"<!--", b"&#0;", b"&amp;", b"--X\r\n", b"\r\n\r\n", "Вася".encode("cp1251"), "Вася".encode()),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A query, a body and its type, as they go over the wire."""

    query: bytes = b""
    body: bytes = b""
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def hostile(seeds: Sequence[Sent], count: int, *, seed: str) -> Iterator[Sent]:
    """So many; the same ones for the same seed. Now and then one is as it was, or nothing but a known attack."""
    luck = Random(seed)
    known = [Sent(body=body, content_type=kind) for kind, body in BODIES.values() if "\x00" not in kind]
    for _ in range(count):
        one = luck.choice(known) if luck.random() < 0.1 else luck.choice(seeds)
        other = luck.choice(seeds)
        if luck.random() < 0.8:
            one = replace(one, body=_spoilt(one.body, other.body, luck))
        if one.query and luck.random() < 0.8:
            one = replace(one, query=_spoilt(one.query, other.query, luck)[:6000])
        if luck.random() < 0.2:
            one = replace(one, content_type=luck.choice(TYPES))
        yield one


def _spoilt(raw: bytes, other: bytes, luck: Random) -> bytes:
    if luck.random() < 0.5 and (changed := _other_json(raw, luck)) is not None:
        return changed
    for _ in range(luck.choice((1, 1, 2, 5, 20))):
        raw = luck.choice(_CHANGES)(raw, other, luck)
    return raw


def _other_json(raw: bytes, luck: Random) -> bytes | None:
    """The same object with something else in some of its fields; None if it is no object."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not value:
        return None
    for name in luck.sample(sorted(value), min(len(value), luck.choice((1, 2, 5)))):
        value[name] = luck.choice(_VALUES)(value[name], luck)
    return json.dumps(value, ensure_ascii=luck.random() < 0.5).encode("utf-8", "surrogatepass")


_VALUES: tuple[Callable[[Any, Random], Any], ...] = (
    lambda old, luck: luck.choice(list(VALUES.values())),
    lambda old, luck: luck.choice((None, True, 0, -1, 2**63, 1e308, 10**400, [], {}, "\x00", "\ud800", "\udfff\ud800")),
    lambda old, luck: [old] * luck.choice((0, 1, 50)),
    lambda old, luck: {"id": old, str(old): old},
    lambda old, luck: [[[[old]]]],
)


def _flip(raw: bytes, _: bytes, luck: Random) -> bytes:
    place = luck.randrange(len(raw) + 1)
    return raw[:place] + bytes([luck.randrange(256)]) + raw[place + 1 :]


def _cut(raw: bytes, _: bytes, luck: Random) -> bytes:
    first, last = sorted(luck.randrange(len(raw) + 1) for _ in range(2))
    return raw[:first] + raw[last:] if luck.random() < 0.7 else raw[:last]


def _insert(raw: bytes, _: bytes, luck: Random) -> bytes:
    place = luck.randrange(len(raw) + 1)
    return (raw[:place] + luck.choice(_PIECES) + raw[place + luck.choice((0, 1, 5)) :])[:200_000]


def _double(raw: bytes, _: bytes, luck: Random) -> bytes:
    first, last = sorted(luck.randrange(len(raw) + 1) for _ in range(2))
    return (raw[:last] + raw[first:last] * luck.choice((1, 2, 300)) + raw[last:])[:200_000]


def _cross(raw: bytes, other: bytes, luck: Random) -> bytes:
    return raw[: luck.randrange(len(raw) + 1)] + other[luck.randrange(len(other) + 1) :]


_CHANGES = (_flip, _flip, _cut, _insert, _insert, _double, _cross)
