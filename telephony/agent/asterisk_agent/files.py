"""Files that are whole or not there, also after a power cut."""

from __future__ import annotations

import os


def write_whole(path: str, content: bytes) -> None:
    """Raises OSError; then nothing of it is there, and what was there before still is."""
    unfinished = f"{path}.new"
    try:
        with open(unfinished, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.rename(unfinished, path)
    except OSError:
        if os.path.exists(unfinished):
            os.unlink(unfinished)
        raise
    _sync_folder(os.path.dirname(path))


def _sync_folder(folder: str) -> None:
    """The names in it are on the disk, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_lines(path: str) -> list[str]:
    """Its lines; one that does not end was cut off, and is left out. Raises OSError and ValueError."""
    with open(path, "rb") as file:
        content = file.read()
    return content.decode().split("\n")[:-1]
