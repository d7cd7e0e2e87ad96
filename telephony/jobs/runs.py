"""Runs of a worker: one of each kind at a time in a process, for a limited time, and none that outlives its process."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from mmap import mmap
from threading import Lock
from time import monotonic

from django.db import connection as database

RUN_SECONDS = 30.0
"""So long a run begins something new; the next one is at most a beat later (config/celery.py)."""


class SharedFlag:
    """One for this process and all that it forks later: a worker's pool of processes hears only through its parent."""

    def __init__(self) -> None:
        self._byte = mmap(-1, 1)

    def set(self) -> None:
        self._byte[0] = 1

    def is_set(self) -> bool:
        return bool(self._byte[0])


_stopping = SharedFlag()


class Stopped(Exception):
    """The process is to end: what is under way is given back, and nothing is begun."""


class Run:
    """What a loop asks before it begins something more."""

    def __init__(self, seconds: float | None = None) -> None:
        """Without a time it goes on until its work is done."""
        self._ends_at = None if seconds is None else monotonic() + seconds

    def goes_on(self) -> bool:
        """False when the time is over, or the process is to end."""
        return not _stopping.is_set() and (self._ends_at is None or monotonic() < self._ends_at)


def check() -> None:
    """For the middle of something that may take long: raises Stopped when the process is to end."""
    if _stopping.is_set():
        raise Stopped


def stop_runs() -> None:
    """The process is to end, with its children. Loops end before they begin the next, transfers in the middle."""
    _stopping.set()


def one_run(work: Callable[[Run], None], *, seconds: float | None = RUN_SECONDS) -> Callable[[], None]:
    """The same work, done by one thread of this process at a time: who comes while it is done leaves at once.

    So however often a kind of work is called for, it takes one place of a worker's pool.
    """
    lock = Lock()

    @wraps(work)
    def run() -> None:
        if not lock.acquire(blocking=False):
            return
        try:
            work(Run(seconds))
        finally:
            lock.release()

    del run.__wrapped__  # It takes a run, and callers look at what they have to give.
    return run


def lend_database() -> None:
    """Let others have this thread's database connection while it waits for somebody far away; not in a transaction."""
    if not database.in_atomic_block:
        database.close()
