"""Where recordings lie, and where they are worked on before they lie there."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages

RECORDINGS = "recordings"
"""The storage's name in STORAGES."""
DEFAULT_DISK_FLOOR = 1_000_000_000


class WorkFile(File):
    """A finished file in the work folder, which the storage may take away instead of copying it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.open("rb"), name=path.name)
        self.path = path


class WholeFileStorage(FileSystemStorage):
    """A folder in which a file is there whole or not at all, also after a power cut; a name is overwritten."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_overwrite": True, **options})

    @property
    def work_dir(self) -> Path:
        """On the same disk, so that a finished file only needs to be renamed."""
        return Path(self.location) / ".work"

    def _save(self, name: str, content: File) -> str:
        place = Path(self.path(name))
        place.parent.mkdir(parents=True, exist_ok=True, mode=self.directory_permissions_mode or 0o777)
        self.work_dir.mkdir(mode=0o700, exist_ok=True)
        if isinstance(content, WorkFile) and content.path.is_relative_to(self.work_dir):
            whole = content.path
        else:
            whole = self.work_dir / f"{secrets.token_hex(16)}.part"
            with whole.open("wb") as file:
                shutil.copyfileobj(cast(BinaryIO, content), file)
        whole.chmod(0o644 if self.file_permissions_mode is None else self.file_permissions_mode)
        _sync(whole)
        whole.replace(place)
        _sync(place.parent)
        return name


def work_dir() -> Path:
    """The folder for what is not whole yet: the storage's own, else the setting TELEPHONY_RECORDINGS_WORK_DIR."""
    own = getattr(storages[RECORDINGS], "work_dir", None)
    folder = Path(own or settings.TELEPHONY_RECORDINGS_WORK_DIR)
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    return folder


def disk_floor() -> int:
    """Bytes that have to stay free: the setting TELEPHONY_DISK_FLOOR."""
    return int(getattr(settings, "TELEPHONY_DISK_FLOOR", DEFAULT_DISK_FLOOR))


def free_bytes() -> int:
    """Room on the disk that recordings are worked on; of a local storage it is the one that they lie on."""
    return shutil.disk_usage(work_dir()).free


def _sync(path: Path) -> None:
    """What is renamed has to be on the disk before the database says that it is stored."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
