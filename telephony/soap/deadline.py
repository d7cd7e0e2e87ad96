"""Work that is worth nothing if it comes late."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections, connection, transaction

from telephony.database import reach

T = TypeVar("T")

_THREADS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="say-name")
"""Waiting in another thread is the only deadline that holds whatever the database does: a query can be waiting for a
lock, for a free connection of the pool, for a server that has gone, or for SQLite's file."""


CUT_AFTER = 0.2
"""Seconds that PostgreSQL has to end a statement by itself, before its connection is cut."""


class TooLate(Exception):
    """The time is over."""


def within(seconds: float, work: Callable[[], T]) -> T:
    """What `work` returns or raises; TooLate if that takes longer. What it still does then changes nothing."""
    if reach.is_away():
        raise TooLate
    future = _THREADS.submit(_run, seconds, work)
    try:
        return future.result(timeout=max(seconds, 0))
    except TimeoutError:
        future.cancel()
        raise TooLate from None


def _run(seconds: float, work: Callable[[], T]) -> T:
    close_old_connections()
    try:
        if connection.vendor != "postgresql":
            return work()  # No transaction: on SQLite it would wait for whoever writes.
        # Without a limit, a database that hangs would keep these threads, and there are few. It does not count as away
        # because of a name: that may be late for a lock on contacts, or for want of a free connection.
        with reach.within(max(seconds, 0.001) + CUT_AFTER, asks_anyway=True), transaction.atomic():
            with connection.cursor() as cursor:
                # So that neither the thread nor PostgreSQL goes on with what nobody waits for any more.
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{max(seconds, 0.001):.3f}s"])
            return work()
    finally:
        close_old_connections()
