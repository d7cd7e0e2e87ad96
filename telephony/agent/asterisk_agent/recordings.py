"""Recordings that the CRM asks for: from the one folder, and only those that hold sound."""

from __future__ import annotations

import hashlib
import logging
import os
import queue
import re
import stat
import threading
import time
from typing import BinaryIO, NamedTuple

from .settings import Settings
from .site import NoAnswer, Site

SMALLEST = 44
"""Bytes of a WAV's header. Missed and busy calls leave a file that has nothing else."""
STILL_WRITTEN_SECONDS = 1.5
"""A file that was changed within this time may not be whole."""
PAUSES = (2.0, 10.0, 30.0, 120.0, 300.0)
AGAIN_SECONDS = 60.0
"""Who orders it again after so long does not have it."""
MOST_WAITING = 1000
_DAY = re.compile(r"-(\d{4})(\d{2})(\d{2})-\d{6}-")
log = logging.getLogger(__name__)


class Upload(NamedTuple):
    name: str
    file: str
    to: str


class Uploads:
    """Run by a thread of its own until `stop` is set; one at a time."""

    def __init__(self, settings: Settings, *, stop: threading.Event) -> None:
        self._settings, self._stop = settings, stop
        self._site = Site(settings)
        self._queue: queue.Queue[Upload] = queue.Queue(MOST_WAITING)
        self._lock = threading.Lock()
        self._not_before: dict[str, float] = {}

    def put(self, name: str, file: str, to: str) -> None:
        """Take an order, unless it waits already, or was done a moment ago."""
        now = time.monotonic()
        with self._lock:
            self._not_before = {known: until for known, until in self._not_before.items() if until > now}
            if name in self._not_before:
                return
            try:
                self._queue.put_nowait(Upload(name, file, to))
            except queue.Full:
                log.warning("More than %d recordings wait: %s has to be ordered again.", MOST_WAITING, name)
                return
            self._not_before[name] = float("inf")

    def run(self) -> None:
        while not self._stop.is_set():
            try:
                upload = self._queue.get(timeout=0.5)
            except queue.Empty:
                continue
            for pause in PAUSES:
                if self._attempt(upload) or self._stop.wait(pause):
                    break
            with self._lock:
                self._not_before[upload.name] = time.monotonic() + AGAIN_SECONDS
        self._site.close()

    def _attempt(self, upload: Upload) -> bool:
        """Whether there is nothing more to do."""
        try:
            if _is_young_and_empty(find(self._settings.recordings, upload.file)):
                return False
            file = open_recording(self._settings.recordings, upload.file)
            if file is None:
                log.warning("Upload %s: there is no sound for it.", upload.name)
                return self._put(upload, None)
            with file:
                return self._put(upload, file)
        except ValueError as error:
            log.error("Upload %s is not carried out: %s", upload.name, error)
            return True
        except (NoAnswer, OSError) as error:
            log.warning("Upload %s: %s", upload.name, error)
            return False

    def _put(self, upload: Upload, file: BinaryIO | None) -> bool:
        if file is None:
            answer = self._site.put(upload.to, b"", length=0, sha256=hashlib.sha256().hexdigest())
        else:
            length = _when_whole(file, self._stop)
            answer = self._site.put(upload.to, file, length=length, sha256=_sha256(file))
        if 200 <= answer.status < 300:
            return True
        log.warning("Upload %s: the CRM answered %d.", upload.name, answer.status)
        return 400 <= answer.status < 500 and answer.status not in (401, 403, 408, 429)


def open_recording(folder: str, name: str) -> BinaryIO | None:
    """None if it is not in the folder, is no file of its own, or holds no sound. Raises OSError if it can't be read."""
    path = find(folder, name)
    if path is None:
        return None
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    state = os.fstat(handle)
    if not stat.S_ISREG(state.st_mode) or state.st_size <= SMALLEST:
        os.close(handle)
        return None
    return os.fdopen(handle, "rb")


def find(folder: str, name: str) -> str | None:
    """The real path of this file of the folder. FreePBX names only the file, and files it by day."""
    if not folder or not name or "\0" in name:
        return None
    top = os.path.realpath(folder)
    day = _DAY.search(name)
    for place in [(), *([day.groups()] if day else [])]:
        path = os.path.realpath(os.path.join(top, *place, name))
        if os.path.commonpath([top, path]) == top and os.path.isfile(path):
            return path
    return None


def _is_young_and_empty(path: str | None) -> bool:
    """What was said may not be in it yet."""
    if path is None:
        return False
    state = os.stat(path)
    return state.st_size <= SMALLEST and time.time() - state.st_mtime < STILL_WRITTEN_SECONDS


def _when_whole(file: BinaryIO, stop: threading.Event) -> int:
    """Its length in bytes, when nobody writes it any more."""
    while time.time() - os.fstat(file.fileno()).st_mtime < STILL_WRITTEN_SECONDS and not stop.wait(0.2):
        pass
    return os.fstat(file.fileno()).st_size


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    for part in iter(lambda: file.read(1 << 20), b""):
        digest.update(part)
    file.seek(0)
    return digest.hexdigest()
