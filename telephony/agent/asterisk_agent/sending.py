"""Batches go to the CRM one at a time, in order, each until it is answered."""

from __future__ import annotations

import json
import logging
import random
import threading
import time
from typing import Any, Callable

from .settings import Settings, site_of
from .site import Answer, NoAnswer, Site
from .spool import Batch, Spool
from .white_list import in_utc

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
PAUSE_IF_REFUSED = 60.0
MOST_RETRY_AFTER = 120.0
TOLERATED_CLOCK_SECONDS = 60
BAD_BATCH = (400, 413, 415, 422)
WRONG_SETTINGS = (401, 403, 404, 410)
log = logging.getLogger(__name__)


class Sender:
    """Run by a thread of its own until `stop` is set."""

    def __init__(
        self,
        settings: Settings,
        spool: Spool,
        *,
        is_connected: Callable[[], bool],
        on_commands: Callable[[Answer], None],
        stop: threading.Event,
    ) -> None:
        self._settings, self._spool, self._stop = settings, spool, stop
        self._is_connected, self._on_commands = is_connected, on_commands
        self._site = Site(settings)
        self._pause = 0.0
        self._last_sent = time.monotonic()

    def run(self) -> None:
        while not self._stop.is_set():
            batch = self._spool.wait(min(1.0, self._settings.heartbeat_seconds))
            if batch is None:
                if time.monotonic() - self._last_sent >= self._settings.heartbeat_seconds:
                    self._spool.beat()
            else:
                self._stop.wait(self._send(batch))
        self._site.close()

    def _send(self, batch: Batch) -> float:
        """Send it; how long to wait until the next one, in seconds."""
        try:
            answer = self._site.post(self._body(batch), message_id=batch.message_id)
        except NoAnswer as error:
            log.warning("%s does not answer (%s).", site_of(self._settings.address), error)
            return self._later()
        if 200 <= answer.status < 300:
            self._spool.done(batch)
            self._answered(answer)
            return 0.0
        if answer.status in BAD_BATCH:
            log.error("The CRM can't read batch %d (%d): it lies in the folder refused.", batch.seq, answer.status)
            self._spool.put_aside(batch)
            return 0.1
        return self._refused(answer)

    def _body(self, batch: Batch) -> bytes:
        content: dict[str, Any] = {
            "v": 1,
            "agent": self._settings.agent,
            "seq": batch.seq,
            "sent_at": in_utc(time.time()),
            "events": batch.events,
            "ami": {"connected": self._is_connected()},
            "spool": len(self._spool) - 1,
        }
        return json.dumps(content, ensure_ascii=False).encode()

    def _answered(self, answer: Answer) -> None:
        if self._pause:
            log.info("The CRM answers again; %d batches wait.", len(self._spool))
        self._pause = 0.0
        self._last_sent = time.monotonic()
        self._on_commands(answer)

    def _refused(self, answer: Answer) -> float:
        if answer.status not in WRONG_SETTINGS:
            log.warning("The CRM answered %d.", answer.status)
            return max(self._later(), min(answer.retry_after or 0.0, MOST_RETRY_AFTER))
        told = {404: "address", 410: "address"}.get(answer.status, "secret")
        log.error("THE CRM REFUSES THIS AGENT (%d): compare [crm] %s with its connection.", answer.status, told)
        if answer.clock is not None and abs(answer.clock - time.time()) > TOLERATED_CLOCK_SECONDS:
            log.error("THE CLOCK IS WRONG by %d s: set it (NTP).", round(time.time() - answer.clock))
        self._pause = PAUSE_IF_REFUSED
        return PAUSE_IF_REFUSED

    def _later(self) -> float:
        """Twice the last pause, to 30 s; less by chance, so that agents don't come back all at once."""
        self._pause = min(max(self._pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
        return self._pause * random.uniform(0.5, 1.0)  # nosec B311  # noqa: S311
