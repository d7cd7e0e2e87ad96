"""What is not yet answered, on the disk: batches of events in the order in which they came.

An event is written down as soon as it is read, so a killed agent finds it again; a batch that is closed is also
safe from a power cut. Where the disk takes nothing (it is full), batches wait in memory, and cards still come.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass

from .files import read_lines, write_whole
from .white_list import Event

BATCH_SECONDS = 0.05
MOST_EVENTS_IN_BATCH = 200
MOST_BATCHES_IN_MEMORY = 2000
_NAME = re.compile(r"(\d{12})\.(open|batch)")
log = logging.getLogger(__name__)


class SpoolTaken(Exception):
    """Another agent works with this folder."""


@dataclass(frozen=True)
class Batch:
    """`message_id` is the webhook-id, the same however often it is sent; a heartbeat has no events."""

    seq: int
    message_id: str
    events: list[Event]


class Spool:
    """Used by the thread that listens to AMI and the one that sends; a lock is held for single calls."""

    def __init__(self, folder: str, *, megabytes: float) -> None:
        """Raises SpoolTaken, or OSError where the folder can't be used at all."""
        self._folder = folder
        self._limit = megabytes * 1_000_000
        self._lock = threading.Condition()
        for place in (folder, os.path.join(folder, "refused")):
            os.makedirs(place, mode=0o750, exist_ok=True)
        self._claim()
        self._in_memory: dict[int, Batch] = {}
        self._sizes: dict[int, int] = {}
        self._bytes = 0
        self._ready: deque[int] = deque()
        self._open: Batch | None = None
        self._opened_at = 0.0
        self._unwritten: list[str] = []
        self._last = 0
        self._find_again()

    def _claim(self) -> None:
        self._claimed = open(os.path.join(self._folder, "lock"), "w", encoding="ascii")  # noqa: SIM115
        try:
            fcntl.flock(self._claimed, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SpoolTaken(self._folder) from None

    def _find_again(self) -> None:
        """What an agent before this one left."""
        try:
            self._last = int(read_lines(self._path("sent"))[0])
        except (OSError, IndexError, ValueError):
            self._last = 0
        sent = self._last
        for seq, state in sorted(
            (int(hit[1]), hit[2]) for hit in map(_NAME.fullmatch, os.listdir(self._folder)) if hit
        ):
            name = self._path(f"{seq:012}.{state}")
            if seq <= sent or (state == "open" and (seq in self._sizes or not os.path.getsize(name))):
                os.unlink(name)  # It was answered, closed, or not begun, and the agent ended then.
                continue
            if state == "open":
                os.rename(name, self._file(seq))
            self._take(seq, os.path.getsize(self._file(seq)))
            self._last = max(self._last, seq)

    def _take(self, seq: int, size: int) -> None:
        self._ready.append(seq)
        self._sizes[seq] = size
        self._bytes += size

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, name)

    def _file(self, seq: int) -> str:
        return self._path(f"{seq:012}.batch")

    def __len__(self) -> int:
        """How many batches wait."""
        with self._lock:
            return len(self._ready)

    def add(self, event: Event) -> None:
        """Write it down. It is sent when its batch is closed."""
        with self._lock:
            if self._open is None:
                self._open = self._new_batch()
                self._opened_at = time.monotonic()
                self._unwritten = [self._open.message_id]
            self._open.events.append(event)
            self._unwritten.append(json.dumps(event, ensure_ascii=False))
            self._write_down(self._open)
            if len(self._open.events) >= MOST_EVENTS_IN_BATCH:
                self._close()

    def _new_batch(self) -> Batch:
        self._last += 1
        return Batch(seq=self._last, message_id=f"msg_{uuid.uuid4().hex}", events=[])

    def _write_down(self, batch: Batch) -> None:
        """Not more than is needed to survive this process: the disk itself is waited for once a batch."""
        name = f"{batch.seq:012}.open"
        try:
            with open(self._path(name), "a", encoding="utf-8") as file:
                file.write("\n".join(self._unwritten) + "\n")
            self._unwritten = []
        except OSError as error:
            log.warning("The spool takes nothing (%s): events wait in memory.", error.strerror)
            self._forget_file(name)  # Part of a line may stand in it.
            self._unwritten = _lines(batch)

    def seconds_until_due(self) -> float | None:
        """When the open batch is to be closed; None if there is none."""
        with self._lock:
            if self._open is None:
                return None
            return max(self._opened_at + BATCH_SECONDS - time.monotonic(), 0)

    def close_batch(self) -> None:
        """What came until now is one batch, and may be sent."""
        with self._lock:
            self._close()

    def beat(self) -> None:
        """A batch without events, where nothing else waits: it tells that the agent is there, and how it does."""
        with self._lock:
            if self._open is None and not self._ready:
                self._open = self._new_batch()
                self._close()

    def _close(self) -> None:
        batch, self._open = self._open, None
        if batch is None:
            return
        content = ("\n".join(_lines(batch)) + "\n").encode()
        try:
            write_whole(self._file(batch.seq), content)
        except OSError as error:
            log.error("The spool takes nothing (%s): a batch waits in memory.", error.strerror)
            self._in_memory[batch.seq] = batch
        self._forget_file(f"{batch.seq:012}.open")
        self._take(batch.seq, len(content))
        self._keep_within_limits()
        self._lock.notify_all()

    def _forget_file(self, name: str) -> None:
        try:
            os.unlink(self._path(name))
        except FileNotFoundError:
            pass
        except OSError as error:
            log.warning("%s can't be deleted: %s", name, error.strerror)

    def _keep_within_limits(self) -> None:
        """What is given up is the oldest: its calls are over. The gap in the numbers tells the CRM of it."""
        while len(self._ready) > 1 and (self._bytes > self._limit or len(self._in_memory) > MOST_BATCHES_IN_MEMORY):
            log.error("The spool is full (%d batches): batch %d is given up.", len(self._ready), self._ready[0])
            self._remove(self._ready[0])

    def wait(self, seconds: float) -> Batch | None:
        """The batch to send next; None if none came within this time."""
        with self._lock:
            if not self._ready:
                self._lock.wait(seconds)
            while self._ready:
                seq = self._ready[0]
                batch = self._in_memory.get(seq) or self._read(seq)
                if batch is not None:
                    return batch
                self._remove(seq)
        return None

    def _read(self, seq: int) -> Batch | None:
        """None where a power cut left nothing that can be read; a last line that was cut off is left out."""
        try:
            message_id, *lines = read_lines(self._file(seq))
            return Batch(seq=seq, message_id=message_id, events=[json.loads(line) for line in lines])
        except (OSError, ValueError):
            log.error("Batch %d can't be read: it is left out.", seq)
            return None

    def done(self, batch: Batch) -> None:
        """It was answered."""
        with self._lock:
            try:
                write_whole(self._path("sent"), f"{batch.seq}\n".encode())
            except OSError as error:
                log.warning("The number of what was sent can't be written down: %s", error.strerror)
            self._remove(batch.seq)

    def put_aside(self, batch: Batch) -> None:
        """The CRM can't read it, today: it is kept in the folder `refused`, and others go on."""
        with self._lock:
            try:
                content = ("\n".join(_lines(batch)) + "\n").encode()
                write_whole(self._path(f"refused/{batch.seq:012}.batch"), content)
            except OSError as error:
                log.error("Batch %d can't be put aside: %s", batch.seq, error.strerror)
                return
        self.done(batch)

    def _remove(self, seq: int) -> None:
        if seq in self._ready:
            self._ready.remove(seq)
        self._bytes -= self._sizes.pop(seq, 0)
        if self._in_memory.pop(seq, None) is None:
            self._forget_file(f"{seq:012}.batch")


def _lines(batch: Batch) -> list[str]:
    return [batch.message_id, *(json.dumps(event, ensure_ascii=False) for event in batch.events)]
