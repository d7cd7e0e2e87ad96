"""Celery workers and beat as processes that can be killed, and the processes that they start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from tests.commands import Commands, Process
from tests.servers import ROOT

SETTLE_SECONDS = 8


class Program:
    """Python with these arguments in a process group of its own; started again after each kill."""

    def __init__(self, environment: Mapping[str, str], log: Path, *arguments: str) -> None:
        self._environment, self._log, self._arguments = environment, log, arguments
        self._process: subprocess.Popen[bytes] | Process | None = None
        self._commands: Commands | None = None
        self._groups: list[int] = []

    def start(self) -> None:
        self._process = self._forked() if self._arguments[0] == "-m" else self._begun()
        self._groups.append(self._process.pid)

    def _forked(self) -> Process:
        """Of a process that has loaded the project, for it is killed and started again and again."""
        if self._commands is None or self._commands.environment != self._environment:
            self._commands = Commands(dict(self._environment))
        return self._commands.start(*self._arguments[1:], log=self._log)

    def _begun(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-W", "ignore", *self._arguments],
                cwd=ROOT,
                env=self._environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def keep_running(self) -> None:
        """Start it again if it ended, as any supervisor does."""
        if self._process is None or self._process.poll() is not None:
            self.start()

    def kill(self) -> None:
        """SIGKILL to this one process; what it had started is on its own."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def at_work(self) -> list[int]:
        """Of a worker with the pool `prefork`: those of its processes that do a task in several threads."""
        assert self._process is not None
        return [pid for pid in children_of(self._process.pid) if threads_of(pid) > 1]

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def stop(self) -> None:
        """End it, and everything in its groups."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(SETTLE_SECONDS)
        for group in self._groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()


def celery(*arguments: str) -> tuple[str, ...]:
    """For `Program`."""
    return ("-m", "celery", "--app", "config.celery", *arguments, "--loglevel", "warning")


def children_of(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def threads_of(pid: int) -> int:
    with suppress(OSError):
        return len(list(Path(f"/proc/{pid}/task").iterdir()))
    return 0


def command_of(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def kill(pid: int) -> bool:
    """SIGKILL; False if it was gone already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def processes_with(word: str) -> list[int]:
    """Every process of this machine with the word in its command."""
    pids = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal())
    return [pid for pid in pids if word.encode() in command_of(pid)]


def wait_for(is_done: Callable[[], bool], *, seconds: float, what: str | Callable[[], str]) -> None:
    """`what`: what to say if it does not come; called then, if it can be."""
    deadline = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < deadline, what if isinstance(what, str) else what()
        time.sleep(0.2)
