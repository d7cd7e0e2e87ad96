"""Which process this is, and which version of the code lies here."""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path

from django.apps import apps

PROCESS = f"{socket.gethostname()}:{os.getpid()}"
"""Set when this is imported: a beat that a worker starts as a process of its own goes by the worker's name."""


def code_version() -> str:
    """A mark of the program's files as they are on the disk now; a process keeps running those it began with."""
    mark = hashlib.sha256()
    for app in sorted(apps.get_app_configs(), key=lambda one: one.name):
        folder = Path(app.path)
        if "site-packages" in folder.parts:
            continue  # What is installed beside it has its own versions.
        for file in sorted(folder.rglob("*.py")):
            mark.update(f"{app.name}/{file.relative_to(folder)}\0".encode())
            mark.update(file.read_bytes())
    return mark.hexdigest()[:16]
