"""Whether the machine was ours while something was measured, and how much memory a server holds (Linux)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from tests.processes import TICKS, cpu_seconds, every_pid, of_groups
from tests.servers import Server


class Watch:
    """From its making on. `ours` are the process groups that we started; our own is, too, and so is PostgreSQL."""

    def __init__(self, ours: Iterable[int]) -> None:
        self._groups = {*ours, os.getpgid(0)}
        self._begun = time.monotonic()
        self._all, self._ours = _seconds_of_all(), self._seconds_of_ours()

    def taken_by_others(self) -> float:
        """Share of the machine's processors, from 0 to 1."""
        used = _seconds_of_all() - self._all - (self._seconds_of_ours() - self._ours)
        return max(used, 0.0) / (time.monotonic() - self._begun) / (os.cpu_count() or 1)

    def taken_by_ours(self) -> float:
        """The same of what we started."""
        used = self._seconds_of_ours() - self._ours
        return max(used, 0.0) / (time.monotonic() - self._begun) / (os.cpu_count() or 1)

    def _seconds_of_ours(self) -> float:
        return sum(cpu_seconds(pid) for pid in {*of_groups(self._groups), *_of_postgresql()})


def _seconds_of_all() -> float:
    user, nice, system, _idle, _wait, irq, softirq = map(int, Path("/proc/stat").read_text().split()[1:8])
    return (user + nice + system + irq + softirq) / TICKS


def _of_postgresql() -> list[int]:
    found = []
    for pid in every_pid():
        with suppress(OSError):
            if "postgres" in Path(f"/proc/{pid}/comm").read_text():
                found.append(pid)
    return found


def processes(server: Server) -> list[Path]:
    """The server's own processes under /proc."""
    assert server._process is not None
    found = of_groups({server._process.pid})
    assert found, "The server is not there."
    return [Path(f"/proc/{pid}") for pid in found]


def memory(process: Path, name: str) -> int:
    """Bytes: VmRSS, what it has, or VmHWM, the most that it had since `forget_peak`."""
    line = next(line for line in (process / "status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024


def forget_peak(process: Path) -> None:
    (process / "clear_refs").write_text("5")
