"""Counts requests that are not taken, so that somebody can be told of a mistyped address or code.

Those to an address that no connection has belong to a kind of PBX and a day, those with a wrong access code to their
connection.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from datetime import timedelta

from django.db import DatabaseError
from django.db.models import F
from django.utils import timezone

from telephony.models import Connection, StrayRequests
from telephony.vendors import installed

WRITTEN_EVERY = 10.0
"""Seconds: whoever guesses addresses must not make us write all the time."""

KEPT = timedelta(days=92)

_lock = threading.Lock()
Kind = tuple[str, str, int]
_waiting: dict[Kind, int] = {}
_written_at: dict[Kind, float] = {}
Why = StrayRequests.Why


def count(*, vendor: str, why: StrayRequests.Why = Why.UNKNOWN, meant: int = 0) -> None:
    """One more of them; `vendor` is the kind of PBX in its address, `meant` whose it should be. Never fails."""
    name = vendor if vendor in installed() else "", str(why), meant
    with _lock:
        _waiting[name] = _waiting.get(name, 0) + 1
        if time.monotonic() - _written_at.get(name, -WRITTEN_EVERY) < WRITTEN_EVERY:
            return
        _written_at[name] = time.monotonic()
        many = _waiting.pop(name)
    now = timezone.now()
    row = {"day": timezone.localdate(now), **dict(zip(("vendor", "why", "connection_key"), name, strict=True))}
    with suppress(DatabaseError):
        if not StrayRequests.objects.filter(**row).update(count=F("count") + many, last_at=now):
            StrayRequests.objects.bulk_create(
                [StrayRequests(**row, count=many, last_at=now)],
                ignore_conflicts=True,
            )


def sweep() -> int:
    """Delete counts of days that nobody asks for any more; returns how many."""
    return StrayRequests.objects.filter(day__lt=timezone.localdate() - KEPT).delete()[0]


def count_rejected(*, connection: Connection) -> None:
    """One more request to this connection with a wrong access code. Never fails: it is refused all the same."""
    with suppress(DatabaseError):
        Connection.objects.filter(pk=connection.pk).update(
            rejected_count=F("rejected_count") + 1, rejected_at=timezone.now()
        )
