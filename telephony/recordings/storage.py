"""Where recordings lie, and where they are worked on before they lie there."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages

from telephony import conf

BLOCK = 8192
"""Bytes: more than any file system keeps in the entry of a file itself."""
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


class WorkFile(File):
    """A finished file in the work folder, which the storage may take away instead of copying it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.open("rb"), name=path.name)
        self.path = path


class WholeFileStorage(FileSystemStorage):
    """A folder in which a file is there whole or not at all, also after a power cut; a name is overwritten.

    Nobody else on the machine reads what is in it, whatever the umask and the project's FILE_UPLOAD_PERMISSIONS,
    unless the options say otherwise.
    """

    def __init__(self, **options: Any) -> None:
        alone = {"file_permissions_mode": PRIVATE_FILE, "directory_permissions_mode": PRIVATE_FOLDER}
        super().__init__(**{"allow_overwrite": True, **alone, **options})

    @property
    def work_dir(self) -> Path:
        """On the same disk, so that a finished file only needs to be renamed."""
        return Path(self.location) / ".work"

    def _save(self, name: str, content: File) -> str:
        place = Path(self.path(name))
        make_folder(place.parent, mode=self.directory_permissions_mode or PRIVATE_FOLDER)
        make_folder(self.work_dir)
        if isinstance(content, WorkFile) and content.path.is_relative_to(self.work_dir):
            whole = content.path
        else:
            whole = self.work_dir / f"{secrets.token_hex(16)}.part"
            with open_private(whole) as file:
                shutil.copyfileobj(cast(BinaryIO, content), file)
        whole.chmod(self.file_permissions_mode or PRIVATE_FILE)
        _sync(whole)
        whole.replace(place)
        _sync(place.parent)
        return name


def work_dir() -> Path:
    """The folder for what is not whole yet: the storage's own, else the one of the settings."""
    place = getattr(storages[conf.RECORDINGS_STORAGE], "work_dir", None) or conf.recordings_work_dir()
    if place is None:
        raise ImproperlyConfigured(f"Set {conf.recordings_work_dir.name}: {conf.recordings_work_dir.meaning}.")
    folder = Path(place)
    make_folder(folder)
    return folder


def make_folder(folder: Path, *, mode: int = PRIVATE_FOLDER) -> None:
    """Make the folder, and those above it that are missing, with just these permissions, whatever the umask."""
    for missing in [path for path in (*reversed(folder.parents), folder) if not path.exists()]:
        with suppress(FileExistsError):  # Another worker makes it as well.
            missing.mkdir(mode=PRIVATE_FOLDER)
            missing.chmod(mode)


def open_private(path: Path) -> BinaryIO:
    """A new file that only its owner reads, to be written."""
    return open(path, "wb", opener=partial(os.open, mode=PRIVATE_FILE))


def check_writable() -> None:
    """Write a file where recordings are stored; of a store elsewhere ask for one. Raises what the storage does."""
    storage = storages[conf.RECORDINGS_STORAGE]
    probe = f".ready-{secrets.token_hex(6)}"
    if not isinstance(storage, FileSystemStorage):
        storage.exists(probe)
        return
    make_folder(Path(storage.location))
    try:
        with open_private(Path(storage.path(probe))) as file:
            file.write(bytes(BLOCK))  # On a full disk files can be made, and nothing written into them.
            file.flush()
            os.fsync(file.fileno())
    finally:
        storage.delete(probe)


def free_bytes() -> int:
    """Room on the disk that recordings are worked on; of a local storage it is the one that they lie on."""
    return shutil.disk_usage(work_dir()).free


def has_room() -> bool:
    """Whether a recording may be fetched now. Without room none is, and none is lost: it goes on when there is some."""
    return free_bytes() >= conf.disk_floor()


def _sync(path: Path) -> None:
    """What is renamed has to be on the disk before the database says that it is stored."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
