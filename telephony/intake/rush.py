"""More comes than this process can apply while the PBXs wait: then messages are stored, and applied a moment later.

Storing a message costs a quarter of applying it. One that waited for a thread is not alone: it is stored and answered,
so the queue gets shorter, and who comes after it is applied at once again. What was put off is due at once: a worker
takes it, and so does this process, as soon as it has had nothing to put off for a moment.

How long a message waited only the server knows. Ours says so (config/web.py); with another nothing is ever put off.
"""

from __future__ import annotations

import logging
import threading
import time

from django.db import connection
from django.http import HttpRequest

from telephony.calls.contacts import Lookup
from telephony.domain.hooks import Hook
from telephony.http.queued import seconds_waited
from telephony.intake import asked, inbox
from telephony.intake.processed import Processed
from telephony.jobs import Run
from telephony.models import Delivery
from telephony.privacy.tracebacks import where

log = logging.getLogger(__name__)

WAITED_TOO_LONG = 0.03
"""Seconds in the queue of this process."""
OVER_AFTER = 0.5
"""Seconds without a message that was put off."""

_lock = threading.Lock()
_latest = 0.0
_catching_up: threading.Thread | None = None


def is_on(request: HttpRequest) -> bool:
    """Whether this message is to be put off, because those that came before it still hold this process's threads."""
    return seconds_waited(request) > WAITED_TOO_LONG


def put_off(*, delivery: Delivery, hook: Hook) -> Processed:
    """What this stored message asks, if it asks; what it tells is applied later."""
    look_after_the_rest()
    connection = delivery.connection
    try:
        parsed = connection.vendor_object.parse(hook, connection.profile())
        outcome = asked.find_outcome(connection, parsed, Lookup())
    except Exception as error:  # Whoever applies it finds the same, and keeps it with the message.
        log.warning("Delivery %s: its question was not answered:\n%s", delivery.pk, where(error))
        return Processed(state=Delivery.State.RECEIVED)
    return Processed(state=Delivery.State.RECEIVED, parsed=parsed, outcome=outcome)


def look_after_the_rest() -> None:
    """What waits is not left to a worker alone: this process applies it, too, as soon as it has put nothing off."""
    global _latest, _catching_up  # noqa: PLW0603  (of this process)
    with _lock:
        _latest = time.monotonic()
        if _catching_up is None:
            _catching_up = threading.Thread(target=_catch_up, name="rush", daemon=True)
            _catching_up.start()


class _Lull(Run):
    """As long as nothing new has to be put off: requests and this thread share one interpreter."""

    def goes_on(self) -> bool:
        return super().goes_on() and _seconds_left() <= 0


def _seconds_left() -> float:
    return _latest + OVER_AFTER - time.monotonic()


def _catch_up() -> None:
    global _catching_up  # noqa: PLW0603
    while True:
        time.sleep(max(0.0, _seconds_left()))
        try:
            inbox.process_due(run=_Lull())
        except Exception as error:
            log.error("What was put off is left to a worker:\n%s", where(error))
        finally:
            connection.close()
        with _lock:
            if _seconds_left() <= 0:
                _catching_up = None
                return
