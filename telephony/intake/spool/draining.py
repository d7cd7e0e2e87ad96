"""The database is back: what the files hold becomes deliveries, in the order in which it came.

They are applied by a worker, and by the web process that stored them while it has nothing better to do (rush.py).
A crash between storing and removing stores the same lines again: their keys are there already, and nothing doubles.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.db import connection
from django.utils import timezone

from telephony.calls.selectors import knock_at
from telephony.database import reach, timeouts
from telephony.domain.exceptions import HookRejected
from telephony.intake import inbox, left, proving, rush, stray
from telephony.intake.spool import files
from telephony.intake.spool.entry import DamagedLine, Entry, from_line
from telephony.models import Connection, Delivery
from telephony.privacy.tracebacks import where

log = logging.getLogger(__name__)

AT_ONCE = 200
"""Lines that are stored by one statement."""
LOOKED_EVERY = 5.0
"""Seconds between two looks of a web process for files of others, who died."""

STORED_WITHIN = 10.0
"""Seconds for one statement: a line to the database that swallows everything must not hold a file for ever."""

_lock = threading.Lock()
_looked_at = 0.0
_keeper: threading.Thread | None = None
_at_once = threading.Event()


def drain() -> int:
    """Store all that lies in finished files; returns how many messages that are. Nothing is lost by what it raises."""
    files.WRITER.finish()
    files.UNPROVED.finish()
    return sum(_drain(path) for path in files.waiting())


def drain_soon() -> None:
    """The same; never raises: the next look does what is left."""
    try:
        left.take_up()
        if files.waiting() and drain() and timeouts.is_web():
            rush.look_after_the_rest()
    except Exception as error:
        log.error("The spool could not be drained:\n%s", where(error))


def keep_draining() -> None:
    """Something lies there: this process tries to store it until it succeeds, whatever keeps it from doing so."""
    global _keeper  # noqa: PLW0603  (of this process)
    with _lock:
        if _keeper is None:
            _keeper = threading.Thread(target=_keep_draining, name="spool", daemon=True)
            _keeper.start()


def _keep_draining() -> None:
    global _keeper  # noqa: PLW0603
    while True:
        _at_once.wait(LOOKED_EVERY)
        _at_once.clear()
        with _lock:
            if not left.some() and not files.waiting():
                _keeper = None
                return
        if not reach.is_away():
            drain_soon()
            connection.close()


def drain_at_once() -> None:
    """The database is back, or somebody else left something: nobody needs to wait for the next look."""
    _at_once.set()
    keep_draining()


def look() -> None:
    """In a request that was stored: cheap, and seldom more than that."""
    global _looked_at  # noqa: PLW0603  (of this process)
    with _lock:
        if time.monotonic() - _looked_at < LOOKED_EVERY:
            return
        _looked_at = time.monotonic()
    if left.some() or files.waiting():
        drain_at_once()


def _drain(path: Path) -> int:
    count, is_damaged = 0, False
    with files.finished(path) as file:
        if file is None:
            return 0
        lines = _lines(file)
        while batch := list(islice(lines, AT_ONCE)):
            entries = [entry for entry in batch if entry is not None]
            is_damaged = is_damaged or len(entries) < len(batch)
            with reach.within(STORED_WITHIN, asks_anyway=True):
                _store(entries)
            count += len(entries)
        if is_damaged:
            files.set_aside(path)
        else:
            files.remove(path)
    log.warning("The spool: %d messages of %s are stored.", count, path.name)
    return count


def _lines(file: int) -> Iterator[Entry | None]:
    """None for a damaged one. A last line without its end was acknowledged to nobody."""
    with os.fdopen(os.dup(file), "rb") as source:
        for line in source:
            try:
                yield from_line(line)
            except DamagedLine:
                if line.endswith(b"\n"):
                    log.error("The spool: a line is damaged.")
                    yield None


def _store(entries: list[Entry]) -> None:
    """Those whose address is a connection's, and whose proof is right; the rest is counted as if it came now."""
    found: dict[tuple[str, str], Connection | None] = {}
    rows = []
    for entry in entries:
        address = entry.vendor, entry.address_sha256
        if address not in found:
            knocked = knock_at(vendor=entry.vendor, digest=entry.address_sha256)
            found[address] = knocked.connection
        connection = found[address]
        if connection is None or (entry.hook.tail and not connection.vendor_object.takes_tail):
            stray.count(vendor=entry.vendor)
            continue
        if (row := _row(entry, connection)) is not None:
            rows.append(row)
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    # One that came through unseen before has a lease of a request that is long over.
    waiting = Delivery.objects.filter(arrival_key__in=[row.arrival_key for row in rows], state=Delivery.State.RECEIVED)
    now = timezone.now()
    waiting.filter(next_try_at__gt=now).update(next_try_at=now)


def _row(entry: Entry, connection: Connection) -> Delivery | None:
    refused = entry.refused
    if not entry.was_proved:
        try:
            proving.prove(connection, entry.hook, connection.profile())
        except HookRejected as refusal:
            if not refusal.is_kept:
                stray.count_rejected(connection=connection)
                return None
            refused = str(refusal)
        except Exception as error:  # A fault of the vendor's code costs no message.
            log.error("A message of the spool could not be proved:\n%s", where(error))
    row = inbox.new_delivery(connection=connection, hook=entry.hook, refused=refused, key=entry.key)
    row.attempts = 0
    if not refused:
        row.next_try_at = timezone.now()
    return row


reach.on_return(drain_at_once)
