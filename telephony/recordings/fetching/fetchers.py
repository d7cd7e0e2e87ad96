"""Several recordings at once in this process, so that a slow PBX holds up nobody but itself.

A task of Celery runs `fetch_due`, and takes one place in the worker's pool, however many files are on their
way. Each is fetched in a thread of its own: `FETCHERS` at once, at most `PER_CONNECTION` of one PBX. So it takes
three PBXs that hang at the same moment to hold up the others in this process, and then only as long as the guard's
lowest speed allows. The limits are per process: they need no counting in the database that a killed worker would spoil.
"""

from __future__ import annotations

import logging
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from time import monotonic

from django.db import Error as AnyDatabaseError
from django.db import connection as database

from telephony.jobs import Run, Stopped, check
from telephony.models import Recording
from telephony.privacy.tracebacks import where
from telephony.recordings.fetching import claiming, files
from telephony.recordings.fetching.attempt import fetch
from telephony.recordings.fetching.downloading import Interrupted
from telephony.recordings.storage import has_room

log = logging.getLogger(__name__)

FETCHERS = 8
PER_CONNECTION = 3
LOOK_EVERY_SECONDS = 1.0
"""While something is on its way, what has become due meanwhile is looked for so often."""


def fetch_due(*, run: Run | None = None) -> int:
    """Fetch until nothing is due, and nothing on its way; returns how many tries were made.

    Nothing is begun while the disk is too full. What is on its way when the process is to end is given back.
    """
    files.sweep_work_dir()
    if not has_room():
        log.warning("Recordings are not fetched for now: the disk is too full.")
        return 0
    with ThreadPoolExecutor(FETCHERS, thread_name_prefix="fetch") as pool:
        return _Fetchers(pool, run or Run()).run()


class _Fetchers:
    def __init__(self, pool: ThreadPoolExecutor, run: Run) -> None:
        self._pool, self._run = pool, run
        self._busy: dict[Future[None], Recording] = {}
        self._lost: set[str] = set()
        self._renew_at = 0.0
        self._done = 0

    def run(self) -> int:
        self._begin_what_is_due()
        while self._busy:
            finished, _ = wait(self._busy, timeout=LOOK_EVERY_SECONDS, return_when=FIRST_COMPLETED)
            for future in finished:
                self._lost.discard(self._busy.pop(future).lease)
                self._done += 1
            try:
                self._renew_leases()
                self._begin_what_is_due()
            except AnyDatabaseError as error:
                # What is on its way comes to its end also while the database is away.
                log.warning("Leases of recordings could not be renewed: %s", type(error).__name__)
                database.close()
        return self._done

    def _begin_what_is_due(self) -> None:
        while len(self._busy) < FETCHERS and self._run.goes_on():
            if not has_room():
                return
            per_connection = Counter(recording.call.connection_id for recording in self._busy.values())
            full = [pk for pk, count in per_connection.items() if count >= PER_CONNECTION]
            recording = claiming.claim(leave_out=full)
            if recording is None:
                return
            self._busy[self._pool.submit(_fetch_in_thread, recording, partial(self._check, recording))] = recording

    def _renew_leases(self) -> None:
        if monotonic() < self._renew_at:
            return
        self._renew_at = monotonic() + claiming.RENEW_SECONDS
        self._lost |= claiming.QUEUE.renew_tokens([recording.lease for recording in self._busy.values()])

    def _check(self, recording: Recording) -> None:
        try:
            check()
        except Stopped:
            raise Interrupted from None
        if recording.lease in self._lost:
            raise Interrupted


def _fetch_in_thread(recording: Recording, check: partial[None]) -> None:
    try:
        fetch(recording, check=check)
    except Exception as error:
        # Its lease runs out by itself, and a worker takes it then.
        log.error("Recording %s: its state could not be written:\n%s", recording.pk, where(error))
    finally:
        database.close()  # The thread may sleep for long; others need the connection.
