"""Alarms while the broker is away: they are tasks, and no task comes through then, so a worker's thread does it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.db import connection as database

from telephony.health import alarm_mails, alarms
from telephony.health.of_processes import silent_broker
from telephony.outgoing import delivery
from telephony.privacy.tracebacks import where

log = logging.getLogger(__name__)
EVERY_SECONDS = 60.0
"""As beat does."""
_ends = threading.Event()


def watch(say_alive: Callable[[], None]) -> None:
    """Of a worker, until it ends. Its own timer stands still while it looks for the broker, so it is said for it."""
    threading.Thread(target=_watch, args=(say_alive,), name="without broker", daemon=True).start()


def stop() -> None:
    _ends.set()


def _watch(say_alive: Callable[[], None]) -> None:
    while not _ends.wait(EVERY_SECONDS):
        try:
            look(say_alive)
        except Exception as error:
            log.warning("health: without the broker: %s", where(error))
        finally:
            database.close()


def look(say_alive: Callable[[], None]) -> bool:
    """Tell what is wrong, if the broker is away; returns whether it is."""
    if not silent_broker():
        return False
    say_alive()
    alarms.check()
    alarm_mails.send_due()
    delivery.deliver_due()
    return True
