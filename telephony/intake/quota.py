"""How much a connection may send: messages within a minute, bytes within a day.

Each process counts for itself, and settles with the database about once a second: then it adds what it took and learns
what the others did. A message costs no statement of its own for that; several processes let through what they take
within that second beyond the quota.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import Error as DatabaseError
from django.utils import timezone

from telephony import conf
from telephony.database import cursors
from telephony.models import ConnectionUse

SETTLED_EVERY = 1.0
"""Seconds."""
KEPT = timedelta(days=92)
MEGABYTE = 1_000_000


@dataclass(slots=True)
class _Count:
    """What this process knows of one connection."""

    settled_at: float
    day: date
    minute: int
    in_minute: int = 0
    size: int = 0
    new_messages: int = 0
    new_in_minute: int = 0
    new_size: int = 0
    new_refused: int = 0


_lock = threading.Lock()
_counts: dict[int, _Count] = {}


def seconds_to_wait(*, connection_id: int, size: int) -> int:
    """0 if the message is within the quota, and counted; else after how many seconds there is room again."""
    now = time.time()
    with _lock:
        count = _counts.get(connection_id)
        if count is None:
            count = _counts[connection_id] = _Count(time.monotonic(), timezone.localdate(), int(now // 60))
        is_due = time.monotonic() - count.settled_at >= SETTLED_EVERY
        taken = _taken(count) if is_due else None
        if is_due:
            count.settled_at = time.monotonic()
    if taken is not None:
        _settle(connection_id, count, taken)
    with _lock:
        _turn(count, int(now // 60))
        wait = _wait(count, size, now)
        if wait:
            count.new_refused += 1
        else:
            count.new_messages += 1
            count.new_in_minute += 1
            count.new_size += size
    return wait


def forget() -> None:
    """Begin anew, as a process does; for tests."""
    with _lock:
        _counts.clear()


def use_today(*, connection_id: int) -> ConnectionUse:
    """What all processes settled; an empty row if nothing came."""
    day = timezone.localdate()
    found = ConnectionUse.objects.filter(connection=connection_id, day=day).first()
    return found or ConnectionUse(connection_id=connection_id, day=day)


def sweep() -> int:
    """Delete counts of days that nobody asks for any more; returns how many."""
    return ConnectionUse.objects.filter(day__lt=timezone.localdate() - KEPT).delete()[0]


def _turn(count: _Count, minute: int) -> None:
    """A new minute or day begins at nought; what was not settled of the old day is counted to the new one."""
    if count.minute == minute:
        return
    count.minute, count.in_minute, count.new_in_minute = minute, 0, 0
    if count.day != (day := timezone.localdate()):
        count.day, count.size = day, 0


def _wait(count: _Count, size: int, now: float) -> int:
    most, most_bytes = conf.messages_per_minute(), conf.megabytes_per_day() * MEGABYTE
    if most and count.in_minute + count.new_in_minute >= most:
        return max(1, 60 - int(now % 60))
    if most_bytes and count.size + count.new_size + size > most_bytes:
        local = timezone.localtime()
        return max(1, 86400 - (local.hour * 3600 + local.minute * 60 + local.second))
    return 0


def _taken(count: _Count) -> tuple[date, int, int, int, int, int]:
    """What is to be settled; from now on it is the database's."""
    new = (count.day, count.minute, count.new_messages, count.new_in_minute, count.new_size, count.new_refused)
    count.in_minute += count.new_in_minute
    count.size += count.new_size
    count.new_messages = count.new_in_minute = count.new_size = count.new_refused = 0
    return new


def _settle(connection_id: int, count: _Count, new: tuple[date, int, int, int, int, int]) -> None:
    day, minute, messages, in_minute, size, refused = new
    with suppress(DatabaseError):  # The message itself says so, if the database is gone.
        ((of_all, of_minute, whole_size),) = cursors.run(
            _SETTLED, [connection_id, day.isoformat(), messages, size, refused, minute, in_minute]
        )
        with _lock:
            count.size = whole_size
            if of_minute == count.minute:
                count.in_minute = of_all


_SETTLED = """
    INSERT INTO telephony_connectionuse AS settled
        (connection_id, day, messages, size, refused, minute, in_minute)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (connection_id, day) DO UPDATE SET
        messages = settled.messages + EXCLUDED.messages,
        size = settled.size + EXCLUDED.size,
        refused = settled.refused + EXCLUDED.refused,
        in_minute = EXCLUDED.in_minute + CASE WHEN settled.minute = EXCLUDED.minute THEN settled.in_minute ELSE 0 END,
        minute = EXCLUDED.minute
    RETURNING in_minute, minute, size
"""
"""One statement: what comes in every second in an office waits for it once. PostgreSQL and SQLite say it alike."""
