"""The files of the spool. A process writes its own, and holds a lock on it while it lives; nobody else writes there.

A file whose lock is free is finished: its writer closed it, or died. Any process may read it then, first line first,
and removes it when every line of it is stored.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from telephony import conf
from telephony.intake.spool.entry import Entry, to_line

SUFFIX, DAMAGED = ".spool", ".damaged"
MEGABYTE = 1_000_000
UNPROVED_SHARE = 4
"""Of strangers, who can't be told from PBXs while nobody can look up an address, the spool takes this part of its size:
a quarter."""
MEASURED_EVERY = 1.0
"""Seconds between two looks at what all processes wrote."""


class SpoolFull(Exception):
    """There is no more room, by the setting or on the disk, or no folder at all."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """What lies in the spool."""

    files: int = 0
    bytes: int = 0
    unproved: int = 0
    damaged: int = 0
    oldest_seconds: int = 0


def folder() -> Path | None:
    """None where the project has not set one: then nothing is spooled."""
    path = conf.spool_dir()
    return Path(path) if path else None


def waiting() -> list[Path]:
    """The files, the first written first."""
    place = folder()
    return sorted(place.glob(f"*{SUFFIX}")) if place is not None else []


def size() -> Size:
    place, now = folder(), time.time()
    if place is None:
        return Size()
    found = []
    for path in waiting():
        with suppress(FileNotFoundError):  # It was stored meanwhile.
            found.append((path, path.stat()))
    return Size(
        files=len(found),
        bytes=sum(stat.st_size for _, stat in found),
        unproved=sum(stat.st_size for path, stat in found if _is_unproved(path)),
        damaged=len(list(place.glob(f"*{DAMAGED}"))),
        oldest_seconds=max((int(now - int(path.name.split("-")[0]) / 1e9) for path, _ in found), default=0),
    )


def _is_unproved(path: Path) -> bool:
    return path.stem.endswith("-unproved")


class Writer:
    """Writes one file after another; each is there for good when `write` returns."""

    def __init__(self, *, unproved: bool) -> None:
        self._unproved = unproved
        self._lock = threading.Lock()
        self._file: int | None = None
        self._length = 0
        self._measured_at, self._measured = float("-inf"), 0

    def write(self, entry: Entry) -> None:
        """Returns when the line is on the disk. Raises SpoolFull; then nothing of it was written."""
        line = to_line(entry)
        with self._lock:
            self._check_room(len(line))
            try:
                if self._file is None:
                    self._file, self._length = self._begun(), 0
                self._append(self._file, line)
            except OSError as error:
                raise SpoolFull(f"{type(error).__name__}: {error.strerror}") from error
            self._length += len(line)
            self._measured += len(line)

    def finish(self) -> None:
        """What was written may be read by any process; the next line begins another file."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def forget(self) -> None:
        """In a process that was forked: the file is the parent's."""
        self._lock, self._file = threading.Lock(), None

    def _check_room(self, more: int) -> None:
        most = conf.spool_megabytes() * MEGABYTE
        if time.monotonic() - self._measured_at > MEASURED_EVERY:
            now = size()
            self._measured_at = time.monotonic()
            self._measured = now.unproved if self._unproved else now.bytes
        if self._measured + more > (most // UNPROVED_SHARE if self._unproved else most):
            raise SpoolFull("The spool is full.")

    def _begun(self) -> int:
        place = folder()
        if place is None:
            raise SpoolFull("There is no folder for the spool.")
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark = "-unproved" if self._unproved else ""
        path = place / f"{time.time_ns():020d}-{os.getpid()}{mark}{SUFFIX}"
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            _sync_folder(place)
        except BaseException:
            os.close(file)
            raise
        return file

    def _append(self, file: int, line: bytes) -> None:
        try:
            if os.write(file, line) != len(line):
                raise OSError(28, "No room for the whole line")
            os.fdatasync(file)
        except OSError:
            # Whatever is there of it, nobody was told that it is: the next line must not follow half a one.
            with suppress(OSError):
                os.ftruncate(file, self._length)
            raise


@contextmanager
def finished(path: Path) -> Iterator[int | None]:
    """The file, locked against other readers; None while it is somebody's, or is gone."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield file if os.fstat(file).st_nlink else None
    finally:
        os.close(file)


def remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    _sync_folder(path.parent)


def set_aside(path: Path) -> None:
    """It stays for somebody to look at, and is not read again."""
    path.rename(path.with_suffix(DAMAGED))
    _sync_folder(path.parent)


def _sync_folder(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


WRITER, UNPROVED = Writer(unproved=False), Writer(unproved=True)
os.register_at_fork(after_in_child=WRITER.forget)
os.register_at_fork(after_in_child=UNPROVED.forget)
