"""PostgreSQL wakes the reader of live events at a commit. Elsewhere a commit in the same process does, and for those of
others it looks by itself."""

from __future__ import annotations

from typing import Any

from django.db import connections

from telephony import conf
from telephony.cards.live import CHANNEL
from telephony.database import notified

LOOK_SECONDS = 0.3
LOOK_SECONDS_WHEN_WOKEN = 2.0


def listening() -> Any:
    """This thread's connection that is woken: a pgbouncer that pools transactions would forget whom to wake."""
    return connections[conf.listening_database()]


def listen() -> bool:
    """Have PostgreSQL wake this thread's connection; False where there is no such thing."""
    connection = listening()
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    return True


def unlisten() -> None:
    """The connection goes back to its pool, where nobody wants to be woken."""
    connection = listening()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("UNLISTEN *")


def wait(is_woken: bool) -> None:
    """Until something may be there to read."""
    if not is_woken:
        notified.wait(CHANNEL, LOOK_SECONDS)
        return
    connection = listening()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        for _ in connection.connection.notifies(timeout=LOOK_SECONDS_WHEN_WOKEN, stop_after=1):
            pass
