"""The program: its threads, its signals, its log."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
import time
from typing import Callable

from . import VERSION
from .ami import Block, Listener
from .ends import Ends
from .orders import Orders
from .recordings import Uploads
from .sending import Sender
from .settings import BadSettings, Settings, read, site_of
from .site import NoAnswer, Site
from .spool import Spool, SpoolTaken
from .white_list import Event, listed

ENDING_SECONDS = 3.0
PAUSE_WITHOUT_COMMANDS = 30.0
"""After the CRM said that it has no such address, or refused it."""
log = logging.getLogger(__name__)


class Agent:
    """AMI → spool → CRM, and orders the other way."""

    def __init__(self, settings: Settings) -> None:
        """Raises OSError and SpoolTaken."""
        self._settings = settings
        self.stop = threading.Event()
        self._spool = Spool(settings.spool, megabytes=settings.spool_megabytes)
        self._ends = Ends()
        self._listener = Listener(
            settings, on_block=self._hear, on_pause=self._pause, on_change=self._change, stop=self.stop
        )
        self._uploads = Uploads(settings, stop=self.stop)
        self._orders = Orders(settings, act=self._listener.act, tell=self._tell, upload=self._uploads.put)
        self._sender = Sender(
            settings,
            self._spool,
            is_connected=self._listener.is_connected,
            on_commands=self._orders.take,
            stop=self.stop,
        )

    def run(self) -> None:
        """Until `stop` is set."""
        works: list[Callable[[], None]] = [self._listener.run, self._sender.run, self._uploads.run, self._poll]
        threads = [threading.Thread(target=self._kept_going, args=(work,), daemon=True) for work in works]
        for thread in threads:
            thread.start()
        self.stop.wait()
        until = time.monotonic() + ENDING_SECONDS
        for thread in threads:
            thread.join(max(until - time.monotonic(), 0))
        self._spool.close_batch()
        log.info("Ended; %d batches wait on the disk.", len(self._spool))

    def _kept_going(self, work: Callable[[], None]) -> None:
        """A fault of ours costs a line in the log, and not the calls after it."""
        while not self.stop.is_set():
            try:
                work()
            except Exception:
                log.exception("A fault of the agent's; it goes on.")
                self.stop.wait(1.0)

    def _hear(self, block: Block) -> None:
        event = listed(block, at=time.time())
        if event is not None:
            self._spool.add(event)
            self._ends.hear(event)
        elif "Response" in block:
            self._orders.hear(block)

    def _pause(self) -> float | None:
        """Close the batch if it is due; when to look again."""
        for end in self._ends.due():
            self._spool.add(end)
        due = self._spool.seconds_until_due()
        if due == 0 or (due is not None and not self._listener.is_connected()):
            self._spool.close_batch()
            return None
        return due

    def _change(self) -> None:
        """AMI's connection came or went."""
        self._ends.forget()
        self._spool.beat()

    def _tell(self, event: Event) -> None:
        self._spool.add(event)
        self._spool.close_batch()

    def _poll(self) -> None:
        site = Site(self._settings)
        while not self.stop.is_set():
            began = time.monotonic()
            pause = self._settings.poll_seconds
            try:
                answer = site.commands(hold_seconds=self._settings.hold_seconds)
                if 200 <= answer.status < 300:
                    self._orders.take(answer)
                elif 400 <= answer.status < 500:
                    pause = PAUSE_WITHOUT_COMMANDS
            except NoAnswer as error:
                log.debug("Orders: %s", error)
            # An answer that was held is asked for again at once.
            self.stop.wait(max(pause - (time.monotonic() - began), 0.1))
        site.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Tells the CRM of an Asterisk's calls, and calls when it is told to.")
    parser.add_argument("configuration", help="the INI file, like /etc/asterisk-agent.ini")
    parser.add_argument("--version", action="version", version=VERSION)
    arguments = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        settings = read(arguments.configuration)
        agent = Agent(settings)
    except BadSettings as error:
        sys.exit(str(error))
    except SpoolTaken as error:
        sys.exit(f"Another agent works with {error}: each needs a folder of its own.")
    except OSError as error:
        sys.exit(f"The agent can't start: {error}")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: agent.stop.set())
    log.info("Agent %s, to %s.", VERSION, site_of(settings.address))
    agent.run()
