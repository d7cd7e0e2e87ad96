"""The process in which recordings are decoded: `python -m telephony.audio.worker TASK` (JSON; preparing.py writes it).

Limits itself before it opens anything, dies with whoever started it, and answers in one line of JSON.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
from typing import Any

MEMORY = 1_000_000_000
"""Bytes of address space; the codecs themselves map an eighth of it."""
LARGEST_FILE = 500_000_000
"""Bytes: a day of sound in two channels at the rate that is made here."""
OPEN_FILES = 32
DEATH_OF_PARENT = 1
"""PR_SET_PDEATHSIG in linux/prctl.h."""


def main(argument: str) -> dict[str, Any]:
    """Do the task; what is wrong with the file is an answer, too."""
    task = json.loads(argument)
    die_with(task["parent"])
    limit(cpu_seconds=task["cpu_seconds"])
    from telephony.audio import sound  # The codecs: only after the limits.

    try:
        return sound.prepare(task["source"], demuxer=task["demuxer"], plays=task["plays"], playable=task["playable"])
    except sound.SoundError as error:
        return {"problem": error.problem, "text": str(error)}
    except MemoryError:
        return {"problem": "too_much_work", "text": "The limit of memory was reached."}
    except OSError as error:
        return {"problem": "too_much_work", "text": f"The copy for browsers could not be written: {error.strerror}."}


def die_with(parent: int) -> None:
    """Get SIGKILL when the parent ends, so that a worker that was killed leaves nobody working for it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DEATH_OF_PARENT, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("It has ended already.")


def limit(*, cpu_seconds: int) -> None:
    """As far as the system knows the limit: macOS refuses that of memory."""
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_FSIZE: LARGEST_FILE,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))  # noqa: T201  (the answer)
