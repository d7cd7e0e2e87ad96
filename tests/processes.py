"""Processes of this machine, as Linux tells of them under /proc."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def every_pid() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def of_groups(groups: set[int]) -> list[int]:
    """Those that run now in these process groups: what was started in a session of its own is one."""
    found = []
    for pid in every_pid():
        with suppress(OSError):
            if os.getpgid(pid) in groups:
                found.append(pid)
    return found


def cpu_seconds(pid: int) -> float:
    """User and system, with what its children used that have ended, and were waited for; 0 for one that is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS
