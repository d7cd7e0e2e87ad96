"""Work that waits for somebody far away: in threads of its own, so many for each of those waited for.

However many of them hang, each holds up only itself, and no request waits for any.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock, Thread

from django.db import connection as database

from telephony.privacy.tracebacks import readable_traceback

log = logging.getLogger(__name__)

Work = Callable[[], None]


@dataclass(slots=True)
class _Lane:
    waiting: deque[Work] = field(default_factory=deque)
    threads: int = 0


class Lanes:
    """A lane for each key, `places` threads wide. Threads end when their lane is empty; what waits is done in turn.

    All of it is lost with the process: whoever puts work in has to bear that.
    """

    def __init__(self, *, places: int) -> None:
        self._places = places
        self._lock = Lock()
        self._lanes: dict[Hashable, _Lane] = {}

    def put(self, key: Hashable, work: Work) -> None:
        """Have it done as soon as the lane has room; at once, if there is. What it raises is logged."""
        with self._lock:
            lane = self._lanes.setdefault(key, _Lane())
            lane.waiting.append(work)
            if lane.threads >= self._places:
                return
            lane.threads += 1
        try:
            Thread(target=self._work_off, args=[key, lane], name=f"lane-{key}").start()
        except RuntimeError:  # The system gives no more threads.
            with self._lock:
                lane.threads -= 1
            raise

    def _work_off(self, key: Hashable, lane: _Lane) -> None:
        while (work := self._next(key, lane)) is not None:
            try:
                work()
            except Exception as error:
                log.error("What waited in lane %s could not be done:\n%s", key, readable_traceback(error))
            finally:
                database.close()  # It is this thread's own.

    def _next(self, key: Hashable, lane: _Lane) -> Work | None:
        with self._lock:
            if lane.waiting:
                return lane.waiting.popleft()
            lane.threads -= 1
            if not lane.threads:
                self._lanes.pop(key, None)
            return None
