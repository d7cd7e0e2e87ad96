"""What a stranger writes into a parameter, a path, or a body: each once made some program fail."""

from __future__ import annotations

import json
from typing import Any

VALUES = {
    "nul": "a\x00b",
    "half a sign": "%ED%A0%80",
    "no utf-8": "%FF%FE",
    "10,000 digits": "9" * 10_000,
    "beyond bigint": str(2**63),
    "30 digits": "1" + "0" * 30,
    "18 nines": "9" * 18,
    "below bigint": str(-(2**63) - 1),
    "minus one": "-1",
    "nought": "0",
    "other digits": "\u0661\u0662",
    "a digit that is no number": "\u00b2",
    "no number": "NaN",
    "huge": "1e400",
    "year 0": "0000-01-01",
    "year 1": "0001-01-01",
    "first moment": "0001-01-01T00:00:00+14:00",
    "last day": "9999-12-31",
    "last moment": "9999-12-31T23:59:59.999999-12:00",
    "cursor of the timeline": "9999-12-31T23:59:59-12:00_call_" + "9" * 30,
    "cursor of calls": "00010101T000000.000000-" + "9" * 30,
    "cursor of the api": "cD05OTk5LTEyLTMxKzIzJTNBNTklM0E1OQ==",
    "cursor without end": "bz0xMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw",
    "json in json": "[" * 30_000,
    "signs": "%25s%25(x)s{0}{x}'\"<>\\;--",
    "long": "x" * 60_000,
    "many words": "a " * 20_000,
    "empty": "",
    "list": "1,2,3",
    "path": "../../etc/passwd",
    "id": "1",
}
"""By name; a percent sign begins a byte that no text has."""

PIECES = {name: value for name, value in VALUES.items() if 0 < len(value) < 200 or name == "10,000 digits"}
"""Those that may stand in a path."""

_DEEP = b"[" * 100_000
BODIES: dict[str, tuple[str, bytes]] = {
    "deep json": ("application/json", _DEEP),
    "deep objects": ("application/json", b'{"a":' * 50_000),
    "closed deep json": ("application/json", b"[" * 50_000 + b"]" * 50_000),
    "json of digits": ("application/json", b'{"phone": ' + b"9" * 10_000 + b', "name": ' + b"9" * 10_000 + b"}"),
    "json that is no object": ("application/json", b"[1, 2]"),
    "json that is null": ("application/json", b"null"),
    "json cut": ("application/json", b'{"a": "'),
    "json in no utf-8": ("application/json", b'{"name": "\xff\xfe"}'),
    "json in punycode": ("application/json; charset=punycode", b'{"name": "' + b"a" * 30_000 + b'-b"}'),
    "json in zlib": ("application/json; charset=zlib", b"{}"),
    "form in punycode": ("application/x-www-form-urlencoded; charset=punycode", b"a=" + b"b" * 200_000 + b"-c"),
    "form in idna": ("application/x-www-form-urlencoded; charset=idna", b"a=" + b"b." * 100_000),
    "form in base64": ("application/x-www-form-urlencoded; charset=base64", b"a=b"),
    "form of many fields": ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(5000))),
    "form with json": ("application/x-www-form-urlencoded", b"data=" + _DEEP),
    "parts in punycode": (
        "multipart/form-data; boundary=x; charset=punycode",
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n' + b"a" * 100_000 + b"-b\r\n--x--\r\n",
    ),
    "parts that name one": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="name"\r\nContent-Type: text/plain; charset=punycode\r\n\r\n'
        + b"a" * 100_000
        + b"-b\r\n--x--\r\n",
    ),
    "a file named in zlib": (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename*=zlib''a\r\n\r\nb\r\n--x--\r\n",
    ),
    "a charset in zlib": ("text/plain; charset*=zlib''a", b"a=b"),
    "a charset that is none": ("application/json; charset=nothing-known", b"{}"),
    "parts without end": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb',
    ),
    "parts without boundary": ("multipart/form-data", b"--x\r\n\r\n"),
    "parts in parts": (
        "multipart/form-data; boundary=x",
        b"".join(b"--x%d\r\nContent-Type: multipart/mixed; boundary=x%d\r\n\r\n" % (n, n + 1) for n in range(1500)),
    ),
    "xml without end": ("text/xml", b"<a>" * 20_000),
    "xml with entities": ("text/xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
    "xml in punycode": ("text/xml; charset=punycode", b"<a/>" + b"a" * 60_000),
    "nothing": ("", b""),
    "nul": ("text/plain\x00", b"\x00" * 100),
    "bytes": ("application/octet-stream", bytes(range(256))),
}
"""Content type and body."""


def json_of(names: list[str], value: str) -> bytes:
    """An object in which each field is that value; and, for JSON alone, half a sign."""
    fields: dict[str, Any] = dict.fromkeys(names, "\ud800" if value == "%ED%A0%80" else value)
    return json.dumps(fields).encode()
