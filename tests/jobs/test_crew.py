"""A crew: whoever is slow holds up nobody but itself, and has half of the places at most."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Collection
from threading import Event, Lock

import pytest

from telephony.jobs import Crew, Run, crew, runs, stop_runs

PLACES = 4


class Work:
    """Jobs that are keys of whom they are for, oldest first."""

    def __init__(self, *jobs: int, slow: Collection[int] = (), seconds: float = 0.3) -> None:
        self._waiting = deque(jobs)
        self._lock = Lock()
        self._slow, self._seconds = slow, seconds
        self._busy: Counter[int] = Counter()
        self.done: list[int] = []
        self.most: Counter[int] = Counter()
        """Of each, how many at once."""

    def claim(self, busy: Collection[int]) -> int | None:
        job = next((job for job in self._waiting if job not in busy), None)
        if job is not None:
            self._waiting.remove(job)
        return job

    def do(self, job: int) -> None:
        with self._lock:
            self._busy[job] += 1
            self.most[job] = max(self.most[job], self._busy[job])
        time.sleep(self._seconds if job in self._slow else 0)
        with self._lock:
            self._busy[job] -= 1
            self.done.append(job)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "SLOW_SECONDS", 0.1)
    monkeypatch.setattr(crew, "LOOK_EVERY_SECONDS", 0.02)
    monkeypatch.setattr(crew.database, "close", lambda: None)
    monkeypatch.setattr(runs, "_stopping", Event())


def make(places: int = PLACES) -> Crew[int]:
    return Crew(places=places, of=lambda job: job)


def test_all_is_done_and_one_at_a_time_for_each() -> None:
    work = Work(*([1] * 5 + [2] * 5), slow=[1], seconds=0.02)
    assert make().work(claim=work.claim, do=work.do, run=Run()) == 10
    assert (Counter(work.done), work.most) == (Counter({1: 5, 2: 5}), Counter({1: 1, 2: 1}))


def test_a_slow_one_holds_up_nobody_but_itself() -> None:
    work = Work(1, 1, 1, *range(2, 22), slow=[1])
    make().work(claim=work.claim, do=work.do, run=Run())
    assert work.done.index(1) >= 20


def test_many_slow_ones_have_half_of_the_places() -> None:
    """All places were theirs once: who is slow is not known before."""
    slow = range(1, 9)
    workers = make()
    first = Work(*slow, slow=slow)
    workers.work(claim=first.claim, do=first.do, run=Run())
    second = Work(*slow, *slow, *range(11, 31), slow=slow)
    workers.work(claim=second.claim, do=second.do, run=Run())
    assert not set(second.done[:20]).intersection(slow)


def test_who_was_slow_once_is_quick_again() -> None:
    workers = make()
    for seconds, slow in ((0.2, {1}), (0.0, set())):
        work = Work(1, slow=[1], seconds=seconds)
        workers.work(claim=work.claim, do=work.do, run=Run())
        assert workers._slow == slow


@pytest.mark.parametrize("places", [1, PLACES])
def test_a_job_that_fails_stops_no_other_and_keeps_its_traceback(places: int, caplog: pytest.LogCaptureFixture) -> None:
    work = Work(1, 2, 3)

    def do(job: int) -> None:
        if job == 1:
            raise LookupError("the reason")
        work.do(job)

    assert make(places).work(claim=work.claim, do=do, run=Run()) == 3
    assert sorted(work.done) == [2, 3]
    assert "LookupError: the reason" in caplog.text
    assert "Traceback" in caplog.text


@pytest.mark.parametrize("places", [1, PLACES])
def test_nothing_is_begun_after_the_run_is_over(places: int) -> None:
    work = Work(*range(100))
    stop_runs()
    assert make(places).work(claim=work.claim, do=work.do, run=Run()) == 0


def test_what_becomes_due_meanwhile_is_done_while_a_slow_one_goes_on() -> None:
    work = Work(1, slow=[1], seconds=0.4)
    late = time.monotonic() + 0.1

    def claim(busy: Collection[int]) -> int | None:
        if time.monotonic() > late and 2 not in work.done and 2 not in busy:
            return 2
        return work.claim(busy)

    make().work(claim=claim, do=work.do, run=Run())
    assert work.done[:2] == [2, 1]
