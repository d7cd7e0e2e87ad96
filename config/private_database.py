"""SQLite's file is its owner's alone, whatever the umask: it has clients' numbers."""

from __future__ import annotations

import os
from contextlib import suppress

from django.db.backends.base.base import BaseDatabaseWrapper


def make_private(connection: BaseDatabaseWrapper, **_: object) -> None:
    """As a receiver of `connection_created`: a new file is empty then, and its journals take after it."""
    if connection.vendor != "sqlite":
        return
    name = str(connection.settings_dict["NAME"])
    with suppress(OSError):  # It is somebody else's, or in memory.
        if os.stat(name).st_mode & 0o077:
            os.chmod(name, 0o600)
