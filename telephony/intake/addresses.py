"""Which of a connection's two addresses its PBX uses, while both hold after a new one was made."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

from django.db import DatabaseError
from django.utils import timezone

from telephony.models import Connection

WRITTEN_EVERY = 60.0
"""Seconds. Nothing is written of a connection that has one address, and has used it."""

_lock = threading.Lock()
_written_at: dict[tuple[int, bool], float] = {}


def note_use(connection: Connection, *, is_former: bool) -> None:
    """A message came to the present address, or to the former one. Never fails."""
    until = connection.former_until
    if until is None or (until <= timezone.now() and connection.renewed_used_at is not None):
        return
    key, at = (connection.pk, is_former), time.monotonic()
    with _lock:
        if at - _written_at.get(key, -WRITTEN_EVERY) < WRITTEN_EVERY:
            return
        _written_at[key] = at
    column = "former_used_at" if is_former else "renewed_used_at"
    with suppress(DatabaseError):
        Connection.objects.filter(pk=connection.pk).update(**{column: timezone.now()})
