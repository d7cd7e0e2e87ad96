"""`manage.py` and servers without a new start for each: a process that has loaded the project forks one for each.

Loading it takes more than a second of CPU, and a story in a browser types dozens of commands. Half of that second goes
to libraries, which are loaded once for all (__main__.py).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import weakref
from functools import cache, lru_cache
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from select import select
from signal import SIGKILL, SIGTERM, pidfd_send_signal

from tests import processes
from tests.databases import ROOT

LONGEST_SECONDS = 120


class Process:
    """What subprocess.Popen can do, but for the exit code, with a process that is the child of another one."""

    def __init__(self, pid: int, parent: object) -> None:
        self.pid = pid
        self._parent = parent  # Which waits for it.
        self._descriptor = os.pidfd_open(pid)
        weakref.finalize(self, os.close, self._descriptor)

    def poll(self) -> int | None:
        """None while it runs, then 0."""
        return 0 if self._has_ended(0) else None

    def wait(self, timeout: float | None = None) -> int:
        if not self._has_ended(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return 0

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            pidfd_send_signal(self._descriptor, number)

    def kill(self) -> None:
        self.send_signal(SIGKILL)

    def terminate(self) -> None:
        self.send_signal(SIGTERM)

    def _has_ended(self, seconds: float | None) -> bool:
        return bool(select([self._descriptor], [], [], seconds)[0])


class Commands:
    """Runs `manage.py ARGUMENTS` of the project in `folder`, in one environment. Ends with its last user."""

    def __init__(self, environment: dict[str, str], folder: Path = ROOT) -> None:
        self.environment, self._folder = dict(environment), folder
        self._one_at_a_time = threading.Lock()
        self._process, self._line = _libraries().fork(self.environment, folder)
        weakref.finalize(self, _end, self._process, self._line)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        if not self._one_at_a_time.acquire(blocking=False):
            return self._run_beside(arguments)
        try:
            return self._run(arguments)
        finally:
            self._one_at_a_time.release()

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def start(self, module: str, *arguments: str, log: Path | None = None) -> Process:
        """`python -m MODULE ARGUMENTS`, in a session of its own; it goes on until somebody ends it.

        `log`: the file at whose end it writes what it prints; without one that is seen with the test's.
        """
        order = {"module": module, "arguments": arguments, "log": str(log or "")}
        with self._one_at_a_time:
            return Process(_answer(self._line, order), self)

    def _run_beside(self, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        """While another command runs: in a process of its own."""
        command = [sys.executable, "manage.py", *arguments]
        options = {"cwd": self._folder, "env": self.environment, "capture_output": True, "text": True}
        return subprocess.run(command, timeout=LONGEST_SECONDS, check=False, **options)  # type: ignore[call-overload]

    def _run(self, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        with tempfile.TemporaryDirectory() as folder:
            printed = [Path(folder) / "stdout", Path(folder) / "stderr"]
            order = {"arguments": arguments, "printed": [str(path) for path in printed]}
            try:
                status = _answer(self._line, order)
            except AssertionError:
                self._process.kill()
                raise
            return subprocess.CompletedProcess(arguments, status, *(path.read_text() for path in printed))


def loaded(environment: dict[str, str]) -> Commands:
    """The same process for the same variables, also for the servers of tests that come later."""
    found = _loaded(frozenset(environment.items()))
    if found.has_ended():
        _loaded.cache_clear()
        found = _loaded(frozenset(environment.items()))
    return found


@lru_cache(maxsize=4)
def _loaded(environment: frozenset[tuple[str, str]]) -> Commands:
    return Commands(dict(environment))


class Libraries:
    """The process that has loaded what reads no settings: from it those of each environment are forked."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._folder = tempfile.TemporaryDirectory()
        with Listener(str(Path(self._folder.name) / "libraries"), "AF_UNIX") as listener:
            command = [sys.executable, "-m", "tests.commands", str(listener.address)]
            # Without settings: a library that reads some while it is loaded fails, and does not have the wrong ones.
            plain = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
            self._process = subprocess.Popen(command, cwd=ROOT, env=plain, stdout=subprocess.DEVNULL)
            self._line = listener.accept()

    def fork(self, environment: dict[str, str], folder: Path) -> tuple[Process, Connection]:
        """A process that loads the project of this folder with these variables, and the line to it."""
        with (
            self._one_at_a_time,
            Listener(str(Path(self._folder.name) / "project"), "AF_UNIX") as listener,
        ):
            order = {"environment": environment, "folder": str(folder), "address": listener.address}
            process = Process(_answer(self._line, order), self)
            return process, listener.accept()

    def cpu_seconds(self) -> float:
        """Of it, and of all that it started and has seen end."""
        return processes.cpu_seconds(self._process.pid)


@cache
def _libraries() -> Libraries:
    return Libraries()


def cpu_seconds() -> float:
    """Of all commands and servers of this process that have ended."""
    return _libraries().cpu_seconds() if _libraries.cache_info().currsize else 0.0


def _answer(line: Connection, order: dict[str, object]) -> int:
    # The variables of an environment may be secret.
    shown = {name: value for name, value in order.items() if name != "environment"}
    try:
        line.send_bytes(json.dumps(order).encode())
        if not line.poll(LONGEST_SECONDS):
            raise AssertionError(f"This did not end: {shown}")
        return int(line.recv_bytes())
    except (EOFError, OSError) as error:
        raise AssertionError(f"The process that was to do this has ended: {shown}") from error


def _end(process: Process, line: Connection) -> None:
    line.close()
    process.kill()
