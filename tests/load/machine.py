"""Whether the machine was ours while something was measured, and how much memory a server holds (Linux)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from tests.servers import Server

TICKS = os.sysconf("SC_CLK_TCK")


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
        return sum(_seconds_of(pid) for pid in _pids() if _is_ours(pid, self._groups))


def _seconds_of_all() -> float:
    user, nice, system, _idle, _wait, irq, softirq = map(int, Path("/proc/stat").read_text().split()[1:8])
    return (user + nice + system + irq + softirq) / TICKS


def _seconds_of(pid: int) -> float:
    """With what its children used that have ended: a process of PostgreSQL's that ends is counted with its parent."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _is_ours(pid: int, groups: set[int]) -> bool:
    try:
        return os.getpgid(pid) in groups or "postgres" in Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return False


def processes(server: Server) -> list[Path]:
    """The server's own processes under /proc."""
    assert server._process is not None
    found = []
    for pid in _pids():
        with suppress(OSError):
            if os.getpgid(pid) == server._process.pid:
                found.append(Path(f"/proc/{pid}"))
    assert found, "The server is not there."
    return found


def memory(process: Path, name: str) -> int:
    """Bytes: VmRSS, what it has, or VmHWM, the most that it had since `forget_peak`."""
    line = next(line for line in (process / "status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024


def forget_peak(process: Path) -> None:
    (process / "clear_refs").write_text("5")
