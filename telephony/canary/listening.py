"""What a canary hears in its stream: a browser's side of server-sent events, without a browser."""

from __future__ import annotations

import json
import queue
import socket
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from telephony.canary.values import Stuck
from telephony.cards.stream import HEARTBEAT_SECONDS
from telephony.models import CanaryRun

Problem = CanaryRun.Problem
SILENT_AFTER = 3 * HEARTBEAT_SECONDS
"""Seconds without even a heartbeat: the line is dead. A phone may ring, and a stream say nothing else, for as long."""


class Ear:
    """An open stream; use as a context manager. Raises `Stuck` where it does not open, or ends by itself."""

    def __init__(self, url: str, *, patience: float) -> None:
        self._url, self._patience = url, patience
        self._heard: queue.Queue[tuple[str, dict[str, Any]] | None] = queue.Queue()
        parts = urlsplit(url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.netloc, timeout=patience)

    def __enter__(self) -> Ear:
        parts = urlsplit(self._url)
        try:
            self._connection.request("GET", parts.path, headers={"Accept": "text/event-stream"})
            self._line = self._connection.sock  # A response that closes at its end takes it from the connection.
            response = self._connection.getresponse()
        except TimeoutError:
            raise Stuck(Problem.STREAM_SILENT, f"{self._patience:.0f} s") from None
        except (OSError, HTTPException) as error:
            raise Stuck(Problem.UNREACHABLE, type(error).__name__) from None
        if response.status == 204:
            raise Stuck(Problem.STREAM_NONE)
        if response.status != 200 or "event-stream" not in response.headers.get("Content-Type", ""):
            raise Stuck(Problem.STREAM_REFUSED, f"HTTP {response.status}")
        self._line.settimeout(SILENT_AFTER)
        threading.Thread(target=self._read, args=(response,), daemon=True).start()
        if self.next(time.monotonic() + self._patience) is None:
            raise Stuck(Problem.STREAM_SILENT, f"{self._patience:.0f} s")
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def next(self, until: float, *, topic: str = "") -> dict[str, Any] | None:
        """The next that was said, or said of this topic, by time.monotonic(); None if nothing came until then."""
        with suppress(queue.Empty):
            while True:
                heard = self._heard.get(timeout=max(0.0, until - time.monotonic()))
                if heard is None:
                    raise Stuck(Problem.STREAM_CUT)
                if topic in ("", heard[0]):
                    return heard[1]
        return None

    def _read(self, response: HTTPResponse) -> None:
        topic = ""
        with suppress(OSError, HTTPException, ValueError, AttributeError):
            while line := response.readline():
                name, _, value = line.decode("utf-8", "replace").rstrip("\n").partition(": ")
                if name == "event":
                    topic = value
                elif name == "data":
                    self._heard.put((topic, json.loads(value) if value else {}))
        self._heard.put(None)
