"""Several jobs at once in one process, so that whoever is slow to answer holds up nobody but itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from time import monotonic
from typing import Generic, TypeVar

from django.db import Error as AnyDatabaseError
from django.db import connection as database

from telephony.jobs.runs import Run
from telephony.privacy.tracebacks import readable_traceback

log = logging.getLogger(__name__)

Job = TypeVar("Job")
Claim = Callable[[Collection[int]], Job | None]
"""The job that has been due longest and is not for one of these; None if there is none."""

LOOK_EVERY_SECONDS = 1.0
"""While something is under way, what has become due meanwhile is looked for so often."""
SLOW_SECONDS = 2.0
"""Whose job took longer than this is slow until one takes less."""


@dataclass(slots=True, kw_only=True)
class Crew(Generic[Job]):
    """Does jobs that each wait for somebody: one at a time for each of them, and `places` in all.

    Those who were slow have half of the places: however many of them hang, the others are served. The limits are
    per process: they need no counting in the database that a killed worker would spoil.
    """

    places: int
    of: Callable[[Job], int]
    """Key of whom a job waits for."""
    _slow: set[int] = field(default_factory=set, init=False)

    def work(
        self, *, claim: Claim[Job], do: Callable[[Job], None], run: Run | None = None, side_by_side: bool = True
    ) -> int:
        """Claim and do what is due until nothing is, or the run is over; returns how many jobs were done.

        Without `side_by_side` one after the other in the calling thread, as commands do. Without a run until the end.
        What a job raises is logged: its lease runs out by itself, and somebody tries again then.
        """
        run = run or Run()
        if not side_by_side or self.places == 1:
            done = 0
            while run.goes_on() and (job := claim(())) is not None:
                self._do(do, job)
                done += 1
            return done
        with ThreadPoolExecutor(self.places, thread_name_prefix="crew") as pool:
            return self._work_in(pool, claim, do, run)

    def _work_in(self, pool: ThreadPoolExecutor, claim: Claim[Job], do: Callable[[Job], None], run: Run) -> int:
        busy: dict[Future[None], int] = {}
        done = 0
        while True:
            try:
                while run.goes_on() and len(busy) < self.places:
                    if (job := claim(self._left_out(busy.values()))) is None:
                        break
                    busy[pool.submit(self._do_in_thread, do, job)] = self.of(job)
            except AnyDatabaseError as error:
                # What is under way comes to its end also while the database is away.
                log.warning("Nothing more could be claimed:\n%s", readable_traceback(error))
                database.close()
            if not busy:
                return done
            finished, _ = wait(busy, timeout=LOOK_EVERY_SECONDS, return_when=FIRST_COMPLETED)
            for future in finished:
                del busy[future]
            done += len(finished)

    def _left_out(self, busy: Collection[int]) -> set[int]:
        slow = set(self._slow)
        return slow.union(busy) if len(slow.intersection(busy)) >= self.places // 2 else set(busy)

    def _do_in_thread(self, do: Callable[[Job], None], job: Job) -> None:
        try:
            self._do(do, job)
        finally:
            database.close()  # The thread may sleep for long; others need the connection.

    def _do(self, do: Callable[[Job], None], job: Job) -> None:
        begun = monotonic()
        try:
            do(job)
        except Exception as error:
            log.error("A job could not be done:\n%s", readable_traceback(error))
        key = self.of(job)
        (self._slow.add if monotonic() - begun > SLOW_SECONDS else self._slow.discard)(key)
