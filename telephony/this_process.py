"""Which process this is, and which version of the code lies here."""

from __future__ import annotations

import hashlib
import os
import socket
import time
from pathlib import Path

from django.apps import apps

PROCESS = f"{socket.gethostname()}:{os.getpid()}"
"""Set when this is imported: a beat that a worker starts as a process of its own goes by the worker's name."""


LOOKED_EVERY = 60.0
"""Seconds: reading all files takes longer than a page should."""
is_worker = False
_began_with = ""
_on_disk: tuple[float, str] = (0.0, "")


def begin() -> None:
    """When a process starts, before the files can have changed."""
    global _began_with  # noqa: PLW0603  (of the process)
    _began_with = code_version()


def is_of_other_code() -> bool:
    """Whether this process began with other files than lie here now."""
    return bool(_began_with) and _began_with != code_version()


def begin_as_worker() -> None:
    """A worker tells the others itself what it began with."""
    global is_worker  # noqa: PLW0603  (of the process)
    is_worker = True


def code_version() -> str:
    """A mark of the program's files as they are on the disk, not older than a minute."""
    global _on_disk  # noqa: PLW0603  (of the process)
    at, mark = _on_disk
    if not mark or time.monotonic() - at > LOOKED_EVERY:
        mark = _read_files()
        _on_disk = time.monotonic(), mark
    return mark


def _read_files() -> str:
    mark = hashlib.sha256()
    for app in sorted(apps.get_app_configs(), key=lambda one: one.name):
        folder = Path(app.path)
        if "site-packages" in folder.parts:
            continue  # What is installed beside it has its own versions.
        for file in sorted(folder.rglob("*.py")):
            mark.update(f"{app.name}/{file.relative_to(folder)}\0".encode())
            mark.update(file.read_bytes())
    return mark.hexdigest()[:16]
