"""One message as a line of a spool file: checksum, length, cipher text. The same keys as in the database encrypt it."""

from __future__ import annotations

import base64
import json
import secrets
import time
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from telephony.domain.hooks import Hook
from telephony.models.encrypted import cipher


class DamagedLine(Exception):
    """It is not what was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A message of a PBX, and all that is needed to make it a delivery later."""

    key: UUID
    """Of this arrival: however often it is stored, it is one delivery."""
    vendor: str
    address_sha256: str
    """The secret in the address that was called, as connections are looked up by it."""
    hook: Hook
    """With its headers as they came."""
    was_proved: bool
    """Whether the connection was known, and the message judged by its settings. If not, that is done later."""
    refused: str = ""
    """Why the proof was a wrong one that may become right."""


def new_key() -> UUID:
    """Made by chance, but for the milliseconds at its beginning: an index of keys in order is written at its end."""
    return UUID(int=time.time_ns() // 1_000_000 << 80 | secrets.randbits(80))


def to_line(entry: Entry) -> bytes:
    """With its line end."""
    hook = entry.hook
    value = {
        "key": str(entry.key),
        "vendor": entry.vendor,
        "address": entry.address_sha256,
        "proved": entry.was_proved,
        "refused": entry.refused,
        "received_at": hook.received_at.isoformat(),
        "method": hook.method,
        "tail": hook.tail,
        "query": _text(hook.query),
        "body": _text(hook.body),
        "headers": dict(hook.headers),
        "from": hook.remote_address,
    }
    token = cipher().encrypt(json.dumps(value).encode())
    return b"%08x %08x %s\n" % (zlib.crc32(token), len(token), token)


def from_line(line: bytes) -> Entry:
    """Raises DamagedLine, also for a line that was not written to its end."""
    try:
        checksum, length, token = line.split(b" ", 2)
        if (
            not token.endswith(b"\n")
            or int(length, 16) != len(token) - 1
            or int(checksum, 16) != zlib.crc32(token[:-1])
        ):
            raise DamagedLine("Its checksum is another.")
        return _entry(json.loads(cipher().decrypt(token[:-1])))
    except DamagedLine:
        raise
    except Exception as error:
        raise DamagedLine(f"{type(error).__name__}.") from error


def _entry(value: dict[str, Any]) -> Entry:
    hook = Hook(
        method=value["method"],
        query=base64.b64decode(value["query"]),
        headers=value["headers"],
        body=base64.b64decode(value["body"]),
        received_at=datetime.fromisoformat(value["received_at"]),
        remote_address=value["from"],
        tail=value["tail"],
    )
    return Entry(
        key=UUID(value["key"]),
        vendor=value["vendor"],
        address_sha256=value["address"],
        hook=hook,
        was_proved=value["proved"],
        refused=value["refused"],
    )


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
