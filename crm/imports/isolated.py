"""Has a file read in a process with limits of time and memory: what people upload may be made to use up both."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _

from crm.imports.reading import UnreadableTable
from telephony.jobs import check

log = logging.getLogger(__name__)

SECONDS = 120
"""Of waiting: others work on this machine, too."""
LOOK_EVERY_SECONDS = 0.5
PACKAGES = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def read(content: bytes, task: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], Iterator[list[Any]]]]:
    """How the file was read, and its rows one by one: [number, cells, noted]. Task and answer: reader.py.

    Raises UnreadableTable, with words for whoever uploaded it; Stopped when this process is to end.
    """
    asked = {"options": {}, "head": None, "sheet": None, "before": None, **task}
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as output:
        file.write(content)
        file.seek(0)
        run(asked, file, output)
        output.seek(0)
        try:
            first = json.loads(output.readline())
        except ValueError:
            text = _("Reading the file takes too long. Split it, or save it as CSV.")
            raise UnreadableTable(text) from None
        if "where" in first:
            log.warning("A file could not be read:\n%s", first["where"])
        if "refused" in first:
            raise UnreadableTable(first["refused"])
        yield first, _rows(output, first["count"])


def run(task: Mapping[str, Any], file: IO[bytes], output: IO[bytes]) -> None:
    """Let the reader work until it has answered, or its time is over."""
    told = {**task, "parent": os.getpid(), "region": settings.CRM_PHONE_REGION}
    process = subprocess.Popen(  # nosec B603  # noqa: S603  (our own module; no shell)
        [sys.executable, "-P", "-m", "crm.imports.reader", json.dumps(told)],
        stdin=file,
        stdout=output,
        stderr=subprocess.DEVNULL,
        # Nothing of ours: no secrets for what reads strangers' files.
        env={"PYTHONPATH": str(PACKAGES), "LC_ALL": "C.UTF-8"},
        cwd="/",
        start_new_session=True,
    )
    deadline = time.monotonic() + SECONDS
    try:
        while time.monotonic() < deadline:
            check()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_EVERY_SECONDS)
                return
    finally:
        process.kill()
        process.wait()


def _rows(output: IO[bytes], count: int) -> Iterator[list[Any]]:
    """All of them: an answer that was cut off in the middle is none."""
    found = 0
    for line in output:
        if not line.endswith(b"\n"):
            break
        found += 1
        yield json.loads(line)
    if found != count:
        raise UnreadableTable(_("Reading the file takes too long. Split it, or save it as CSV."))
