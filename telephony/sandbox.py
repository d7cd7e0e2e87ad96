"""Limits for a process that reads what strangers sent. Plain: that process imports it before anything else.

The process limits itself before it opens anything, works at low priority, and dies with whoever started it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys

OPEN_FILES = 32
NICE = 10
"""Steps below those who answer people and PBXs."""
DEATH_OF_PARENT = 1
"""PR_SET_PDEATHSIG in linux/prctl.h."""


def die_with(parent: int) -> None:
    """Get SIGKILL when the parent ends, so that a worker that was killed leaves nobody working for it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DEATH_OF_PARENT, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("It has ended already.")


def limit(*, memory: int, cpu_seconds: int, largest_file: int) -> None:
    """Bytes of address space and of a file; as far as the system knows the limit: macOS refuses that of memory."""
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_FSIZE: largest_file,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))
    os.nice(NICE)
