"""Reading fields out of whatever a PBX sent, whole or damaged."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from telephony.domain import fields
from telephony.domain.hooks import Hook

NOW = datetime(2024, 1, 29, 10, 46, 30, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
FORM = "application/x-www-form-urlencoded"


def params(**values: str) -> fields.Params:
    return fields.Params(values, received_at=NOW)


def odd(told: fields.Params) -> list[tuple[str, str]]:
    return [(note.oddity, note.field) for note in told.notes]


def read(body: bytes = b"", content_type: str = "", query: bytes = b"") -> fields.Params:
    headers = {"content-type": content_type} if content_type else {}
    return fields.read_params(Hook(method="POST", query=query, headers=headers, body=body, received_at=NOW))


def multipart(*parts: bytes, end: bytes = b"--b--\r\n") -> bytes:
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + end
