"""Erasing a number, and what is left afterwards."""

from __future__ import annotations

from typing import Any

from django.db import connection as database
from django.utils import timezone

from telephony import erasure
from telephony.calls.selectors import call_as_json
from telephony.domain.hooks import Hook
from telephony.intake import inbox, processed
from telephony.models import (
    AuditEntry,
    Call,
    Connection,
    Delivery,
)
from telephony.models.encrypted import cipher
from tests.telephony.messages import CLIENT

DIGITS = CLIENT[1:]
OTHER = "79165550101"
STATISTICS = (
    *("direction", "status", "our_number", "started_at", "ringing_at", "answered_at", "ended_at"),
    *("ring_seconds", "talk_seconds", "responsible", "legs"),
)


def erase(number: str = CLIENT, **options: Any) -> AuditEntry:
    """All of it, at once."""
    target = erasure.target_of(number)
    begun = erasure.begin(target=target, **{"user": None, "held_too": False, **options})
    erasure.finish(erasure=begun)
    return AuditEntry.objects.get(pk=begun.entry_id)


def whole_database() -> str:
    """Every value of every table, with what stands encrypted opened."""
    found = []
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [f"{table}: {_opened(value)}" for row in cursor.fetchall() for value in row]
    return "\n".join(found)


def _opened(value: Any) -> str:
    raw = bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
    return cipher().decrypt(raw).decode("latin-1") if raw.startswith(b"gAAAAA") else raw.decode("latin-1")


def statistics(call: Call) -> dict[str, Any]:
    call.refresh_from_db()
    shown = call_as_json(call)
    return {name: shown[name] for name in STATISTICS}


def ask(connection: Connection, body: str, query: str = "") -> Delivery:
    """A delivery that belongs to no call."""
    hook = Hook(method="POST", query=query.encode(), body=body.encode(), received_at=timezone.now())
    delivery = inbox.receive(connection=connection, hook=hook)
    processed.finish(delivery, Delivery.State.IGNORED, "for the test")
    return delivery
