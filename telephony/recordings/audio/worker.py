"""Decodes recordings: `python -m telephony.recordings.audio.worker TASK`, a process of its own (preparing.py).

Limits itself before it opens anything (telephony/sandbox.py), and answers in one line of JSON.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from telephony.sandbox import die_with, limit

MEMORY = 1_000_000_000
"""Bytes of address space; the codecs themselves map an eighth of it."""
LARGEST_FILE = 500_000_000
"""Bytes: a day of sound in two channels at the rate that is made here."""


def main(argument: str) -> dict[str, Any]:
    """Do the task; what is wrong with the file is an answer, too."""
    task = json.loads(argument)
    die_with(task["parent"])
    limit(memory=MEMORY, cpu_seconds=task["cpu_seconds"], largest_file=LARGEST_FILE)
    from telephony.recordings.audio import sound  # The codecs: only after the limits.

    try:
        return sound.prepare(task["source"], demuxer=task["demuxer"], plays=task["plays"], playable=task["playable"])
    except sound.SoundError as error:
        return {"problem": error.problem, "text": str(error)}
    except MemoryError:
        return {"problem": "too_much_work", "text": "The limit of memory was reached."}
    except OSError as error:
        return {"problem": "too_much_work", "text": f"The copy for browsers could not be written: {error.strerror}."}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))  # noqa: T201  (the answer)
