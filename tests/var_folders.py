"""Folders for VAR_DIR, which the servers of a process's tests have one after the other.

To load the project takes 0.8 s of CPU, and what is loaded belongs to one set of settings (`commands.loaded`). A server
whose VAR_DIR is another's of before has the same settings, mostly, and finds it loaded.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

_free: list[Path] = []


@contextmanager
def var_folder() -> Iterator[Path]:
    """Without a file, but for the keys that the settings have read."""
    folder = _free.pop() if _free else Path(tempfile.mkdtemp(prefix="var-", dir=_place().name))
    try:
        yield folder
    finally:
        _empty(folder)
        _free.append(folder)


@cache
def _place() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="telephony-tests-")


def _empty(folder: Path) -> None:
    """Folders stay: the settings make them, with their rights, when they are read."""
    for path in folder.rglob("*"):
        if (path.is_symlink() or not path.is_dir()) and path.parent != folder / "keys":
            path.unlink()
