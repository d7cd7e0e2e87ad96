"""Starts the codecs in a process of their own, and judges how that ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from telephony.domain.exceptions import TelephonyError
from telephony.recordings.audio.kinds import PLAYABLE, AudioKind

MEGABYTE = 1_000_000
SECONDS_AT_LEAST, SECONDS_PER_MEGABYTE, SECONDS_AT_MOST = 30, 20, 1800
"""Of CPU: an hour of G.722 is 29 MB."""
PATIENCE = 2
"""Wall time for one second of CPU: others work on this machine, too."""
ALIVE_EVERY_SECONDS = 2.0
PACKAGES = Path(__file__).resolve().parents[3]


class Problem(StrEnum):
    """Why a file could not be prepared."""

    NO_SOUND = "no_sound"
    """It can't be decoded, or holds less than a tenth of a second."""
    TOO_LONG = "too_long"
    """More than a day of sound: no call lasts so long."""
    TOO_MUCH_WORK = "too_much_work"
    """The limits of time, memory or disk were reached."""
    CRASHED = "crashed"
    """The codecs ended without an answer."""


class AudioError(TelephonyError):
    """The file could not be prepared. The text is for an administrator, in English."""

    def __init__(self, problem: Problem, text: str) -> None:
        super().__init__(text)
        self.problem = problem
        self.permanent = problem in (Problem.NO_SOUND, Problem.TOO_LONG)
        """The same bytes will fail the same way again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A recording that is ready to be listened to."""

    seconds: float
    """Exact: counted from the decoded samples."""
    peaks: list[int]
    """At most 800 values from 0 to 100, evenly spaced; the loudest is 100 unless all is silence."""
    playable_made: bool
    """Whether `playable` was written, in the format `PLAYABLE`; else browsers play the original."""
    content_type: str
    """Of what browsers are given: `PLAYABLE`'s, or the original's."""


def prepare(source: Path, kind: AudioKind, playable: Path, *, alive: Callable[[], object] | None = None) -> Prepared:
    """Length and waveform of a local file, and at `playable` a copy for browsers if they can't play the original.

    `alive` is called every two seconds while it works, for renewing a lease; what it raises ends the work.
    Raises AudioError; then, and whatever else ends it, nothing is left at `playable`. `kind` is what `identify` said.
    """
    playable.unlink(missing_ok=True)
    try:
        answer = _run(source, kind, playable, alive)
    except BaseException:
        playable.unlink(missing_ok=True)
        raise
    made: bool = answer["playable_made"]
    content_type = (PLAYABLE if made else kind).content_type
    return Prepared(seconds=answer["seconds"], peaks=answer["peaks"], playable_made=made, content_type=content_type)


def _run(source: Path, kind: AudioKind, playable: Path, alive: Callable[[], object] | None) -> dict[str, Any]:
    megabytes = source.stat().st_size / MEGABYTE
    cpu_seconds = round(min(SECONDS_AT_LEAST + SECONDS_PER_MEGABYTE * megabytes, SECONDS_AT_MOST))
    task = {
        "source": str(source.absolute()),
        "demuxer": kind.demuxer,
        "plays": kind.plays_in_browsers,
        "playable": str(playable.absolute()),
        "cpu_seconds": cpu_seconds,
        "parent": os.getpid(),
    }
    process = subprocess.Popen(  # nosec B603  # noqa: S603  (our own module; no shell)
        [sys.executable, "-P", "-m", "telephony.recordings.audio.worker", json.dumps(task)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Nothing of ours: no secrets for codecs that read what others sent.
        env={"PYTHONPATH": str(PACKAGES), "LC_ALL": "C.UTF-8"},
        cwd="/",
        start_new_session=True,
    )
    try:
        output = _wait(process, cpu_seconds * PATIENCE, alive)
    finally:
        process.kill()
        process.communicate()
    return _judge(process.returncode, output)


def _wait(process: subprocess.Popen[bytes], seconds: float, alive: Callable[[], object] | None) -> bytes:
    deadline = time.monotonic() + seconds
    while True:
        try:
            return process.communicate(timeout=ALIVE_EVERY_SECONDS)[0]
        except subprocess.TimeoutExpired:
            if time.monotonic() > deadline:
                raise AudioError(Problem.TOO_MUCH_WORK, f"Not ready after {seconds:.0f} s.") from None
            if alive is not None:
                alive()


def _judge(returncode: int, output: bytes) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(output)
    except ValueError:
        if -returncode in (signal.SIGXCPU, signal.SIGKILL):
            raise AudioError(Problem.TOO_MUCH_WORK, "The limit of CPU time was reached.") from None
        raise AudioError(Problem.CRASHED, f"The codecs ended without an answer (exit code {returncode}).") from None
    if "problem" in answer:
        raise AudioError(Problem(answer["problem"]), answer["text"])
    return answer
