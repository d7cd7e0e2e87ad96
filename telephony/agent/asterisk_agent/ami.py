"""The Asterisk Manager Interface: one TCP connection, blocks of "Name: value" lines with an empty line after each."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Callable

from .settings import Settings

CONNECT_SECONDS = 10.0
PING_SECONDS = 20.0
SILENCE_SECONDS = 60.0
"""After so long without a word, not even an answer to a ping, the connection is dead."""
LONGEST_BLOCK = 1_000_000
_END = b"\r\n\r\n"
Block = dict[str, str]
log = logging.getLogger(__name__)


class AmiLost(Exception):
    """The connection is over, or never was; in words."""


class Connection:
    """Logged in. Read by one thread; `act` may be called by others."""

    def __init__(self, settings: Settings) -> None:
        """Raises AmiLost."""
        self._buffer = b""
        self._sending = threading.Lock()
        self._heard_at = self._pinged_at = time.monotonic()
        try:
            self._socket = socket.create_connection(settings.ami, timeout=CONNECT_SECONDS)
        except OSError as error:
            raise AmiLost(
                f"AMI is not reached at {settings.ami[0]}:{settings.ami[1]} ({error.strerror or error})"
            ) from None
        try:
            self._log_in(settings)
        except AmiLost:
            self.close()
            raise

    def _log_in(self, settings: Settings) -> None:
        user = [("Username", settings.ami_user), ("Secret", settings.ami_secret), ("Events", "on")]
        self.act("Login", [*user, ("ActionID", "login")])
        until = time.monotonic() + CONNECT_SECONDS
        while time.monotonic() < until:
            for block in self.read(1.0):
                if block.get("ActionID") != "login":
                    continue
                if block.get("Response") != "Success":
                    raise AmiLost(f"AMI refuses [ami] user and secret: {block.get('Message', '')}")
                return
        raise AmiLost("AMI does not answer the login")

    def act(self, action: str, fields: Sequence[tuple[str, str]]) -> None:
        """Say it; what comes of it is read later. Raises AmiLost, and ValueError for what would be a second line."""
        lines = [f"{name}: {value}" for name, value in (("Action", action), *fields)]
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError("A field of an action has one line.")
        try:
            with self._sending:
                self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        except OSError as error:
            raise AmiLost(f"AMI takes nothing ({error.strerror or error})") from None

    def read(self, seconds: float) -> Iterator[Block]:
        """What came within this time, perhaps nothing. Raises AmiLost."""
        if _END not in self._buffer:
            self._buffer += self._receive(seconds)
        while _END in self._buffer:
            block, self._buffer = self._buffer.split(_END, 1)
            yield _block(block)
        if len(self._buffer) > LONGEST_BLOCK:
            raise AmiLost("AMI sends something that is no AMI")

    def _receive(self, seconds: float) -> bytes:
        self._socket.settimeout(max(seconds, 0.001))
        try:
            received = self._socket.recv(65536)
        except socket.timeout:
            self._look_alive()
            return b""
        except OSError as error:
            raise AmiLost(f"AMI's connection broke ({error.strerror or error})") from None
        if not received:
            raise AmiLost("AMI has closed its connection")
        self._heard_at = time.monotonic()
        return received

    def _look_alive(self) -> None:
        now = time.monotonic()
        if now - self._heard_at > SILENCE_SECONDS:
            raise AmiLost("AMI is silent")
        if now - max(self._heard_at, self._pinged_at) > PING_SECONDS:
            self._pinged_at = now
            self.act("Ping", [])

    def close(self) -> None:
        self._socket.close()


def _block(raw: bytes) -> Block:
    """The greeting line before the first block has no colon and is left out."""
    lines = (line.partition(":") for line in raw.decode("utf-8", "replace").split("\r\n"))
    return {name: value.strip() for name, colon, value in lines if colon}


class Listener:
    """Run by a thread of its own until `stop` is set: every block goes to `on_block`, and the connection comes back."""

    def __init__(
        self,
        settings: Settings,
        *,
        on_block: Callable[[Block], None],
        on_pause: Callable[[], float | None],
        on_change: Callable[[], None],
        stop: threading.Event,
    ) -> None:
        """`on_pause` is called when nothing comes, and says after how many seconds again at the latest."""
        self._settings, self._stop = settings, stop
        self._on_block, self._on_pause, self._on_change = on_block, on_pause, on_change
        self._connection: Connection | None = None

    def is_connected(self) -> bool:
        return self._connection is not None

    def act(self, action: str, fields: Sequence[tuple[str, str]]) -> None:
        """Raises AmiLost, and ValueError for a field of several lines."""
        connection = self._connection
        if connection is None:
            raise AmiLost("AMI is not connected")
        connection.act(action, fields)

    def run(self) -> None:
        pause = 0.5
        while not self._stop.is_set():
            try:
                connection = Connection(self._settings)
                log.info("AMI is connected.")
                pause = 0.5
                self._listen(connection)
            except AmiLost as error:
                log.error("%s.", error)
            if not self._stop.wait(pause):
                pause = min(pause * 2, 10.0)

    def _listen(self, connection: Connection) -> None:
        self._connection = connection
        self._on_change()
        try:
            while not self._stop.is_set():
                wait = self._on_pause()
                for block in connection.read(0.5 if wait is None else min(wait, 0.5)):
                    self._on_block(block)
        finally:
            self._connection = None
            connection.close()
            self._on_pause()
            self._on_change()
