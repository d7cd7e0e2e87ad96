"""Several programs run as one: started together, stopped together, and none outlives the others."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO

GRACE_SECONDS = 10


class Stopped(Exception):
    """Somebody asked to stop: Ctrl-C, or SIGTERM."""


class Processes:
    """Programs by name. Leaving the `with` block stops all of them."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._brief: set[str] = set()
        self._asked_to_stop = False

    def __enter__(self) -> Processes:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask_to_stop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # A second Ctrl-C must not leave half of them running.
        for process in self._running.values():
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            # Also when it ended by itself: what it had started may still run.
            _signal_group(process, signal.SIGKILL)
            process.wait()

    def start(self, name: str, *arguments: str, may_end: bool = False) -> None:
        """Run `python ARGUMENTS` in a group of its own, so that Ctrl-C reaches it only through us.

        One that `may_end` is awaited by nobody once it has done its work.
        """
        if may_end:
            self._brief.add(name)
        self._running[name] = subprocess.Popen(  # noqa: S603  (our own arguments)
            [sys.executable, *arguments], start_new_session=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        )

    def wait(self, is_done: Callable[[], bool] = lambda: False) -> str:
        """Wait until `is_done`, or until one of the programs ended; returns that one's name, else nothing.

        Raises Stopped if somebody asked to stop.
        """
        while not is_done():
            if self._asked_to_stop:
                raise Stopped
            for name, process in self._running.items():
                if process.poll() is not None and not (name in self._brief and process.returncode == 0):
                    return name
            time.sleep(0.2)
        return ""

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        # Raising here could come between the start of a program and its entry in our list.
        self._asked_to_stop = True


def claimed(folder: Path) -> IO[str] | None:
    """The folder is this process's own until the file is closed; None where it is another's."""
    file = (folder / "demo.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def answers(port: int) -> bool:
    """Whether a web server on this port of this machine answers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/admin/login/")
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
