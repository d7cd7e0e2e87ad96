"""A call as its client's items see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from telephony.domain.events import CallStatus, Direction
from telephony.domain.missed import ClientCall, number_key
from telephony.models import Call

COLUMNS = (
    *("pk", "connection_id", "external_id", "direction", "status", "started_at", "answered_at", "ended_at"),
    *("talk_seconds", "ring_seconds", "client_raw", "client_e164", "our_number", "contact_id", "responsible_id"),
)
"""Of a call's row."""
_columns_of = attrgetter(*COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A call with what its item shows of it."""

    call: ClientCall
    key: str
    raw: str
    e164: str
    our_number: str
    contact: int | None
    responsible: int | None


def heard(call: Call, **other: Any) -> Heard:
    """A call as it is in memory, but for these columns; it may not be saved yet."""
    return of_columns(dict(zip(COLUMNS, _columns_of(call), strict=True)) | other)


def of_columns(of: Mapping[str, Any]) -> Heard:
    return Heard(
        call=ClientCall(
            pk=of["pk"],
            connection=of["connection_id"],
            external_id=of["external_id"],
            direction=Direction(of["direction"]),
            status=CallStatus(of["status"]),
            started_at=of["started_at"],
            answered_at=of["answered_at"],
            ended_at=of["ended_at"],
            talk_seconds=of["talk_seconds"],
            waited=of["ring_seconds"],
        ),
        key=number_key(raw=of["client_raw"], e164=of["client_e164"]),
        raw=of["client_raw"],
        e164=of["client_e164"],
        our_number=of["our_number"],
        contact=of["contact_id"],
        responsible=of["responsible_id"],
    )
