"""A PBX that posts so many events a second, whatever happens: none waits for the answer to another."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from http.client import HTTPException
from itertools import count
from queue import Empty, Queue

from tests.load.traffic import ZERO, Answer, Line, Request, call_of_12_events
from tests.servers import Server

LINES = 16


class Steady:
    """`with Steady(...) as traffic:`; what was answered stands in it afterwards."""

    def __init__(self, server: Server, path: str, *, per_second: int, zero: int = ZERO) -> None:
        self.answers: list[Answer] = []
        self.unanswered: list[Request] = []
        self.times: list[tuple[float, float, Request]] = []
        """When each post was to begin, the seconds that it took, and what it said."""
        self.late = 0.0
        """The most seconds that a post began after its time: then the machine was too slow for the test."""
        self._server, self._path, self._pause, self._zero = server, path, 1 / per_second, zero
        # No SimpleQueue: its `get` may wait for ever in Python 3.11, with a timeout too.
        self._due: Queue[tuple[float, Request]] = Queue()
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._plan),
            *(threading.Thread(target=self._post) for _ in range(LINES)),
        ]

    def __enter__(self) -> Steady:
        self._began = time.perf_counter()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    @property
    def worst(self) -> float:
        return max(answer.seconds for answer in self.answers)

    def now(self) -> float:
        """Seconds since the first post, as in `times`."""
        return time.perf_counter() - self._began

    def worst_between(self, first: float, last: float) -> float:
        """Of the posts that were to begin then, or were under way at the first moment."""
        return max(seconds for at, seconds, _ in self.times if at + seconds > first and at < last)

    def requests(self) -> Sequence[Request]:
        return [answer.request for answer in self.answers]

    def statuses(self) -> set[int]:
        return {answer.status for answer in self.answers}

    def _plan(self) -> None:
        number = 0
        for call in count():
            for request in call_of_12_events(call, zero=self._zero):
                at = self._began + number * self._pause
                if self._over.wait(max(at - time.perf_counter(), 0)):
                    return
                self._due.put((at, request))
                number += 1

    def _post(self) -> None:
        line = Line(self._server, self._path)
        while not (self._over.is_set() and self._due.empty()):
            try:
                at, request = self._due.get(timeout=0.1)
            except Empty:
                continue
            self.late = max(self.late, time.perf_counter() - at)
            try:
                answer = line.post(request)
                self.answers.append(answer)
                self.times.append((at - self._began, answer.seconds, request))
            except (OSError, HTTPException):
                self.unanswered.append(request)
        line.close()
