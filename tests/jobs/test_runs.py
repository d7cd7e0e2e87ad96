"""Runs of a worker: one of a kind at a time, for a limited time, and none after the process was asked to end."""

from __future__ import annotations

import time
from multiprocessing import get_context
from threading import Event, Thread

import pytest
from celery.signals import worker_shutting_down

from config.celery import app
from telephony import tasks
from telephony.jobs import Run, Stopped, check, one_run, runs, stop_runs


@pytest.fixture(autouse=True)
def stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flag of the test's own."""
    monkeypatch.setattr(runs, "_stopping", runs.SharedFlag())


def test_a_run_ends_when_its_time_is_over() -> None:
    run = Run(0.05)
    assert run.goes_on()
    time.sleep(0.06)
    assert not run.goes_on()
    assert Run().goes_on()


def test_every_run_ends_when_the_process_is_to_end() -> None:
    run = Run()
    check()
    stop_runs()
    assert not run.goes_on()
    with pytest.raises(Stopped):
        check()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # That it is forked while it has threads.
def test_the_processes_of_a_pool_hear_of_it_from_their_parent() -> None:
    """They were forked before."""
    pool = get_context("fork").Pool(1)
    assert pool.apply(_goes_on)
    stop_runs()
    assert not pool.apply(_goes_on)
    pool.terminate()


def _goes_on() -> bool:
    return Run().goes_on()


def test_a_worker_that_is_asked_to_end_stops_its_runs() -> None:
    assert tasks.stop_runs is stop_runs
    worker_shutting_down.send(sender="worker")
    assert not Run().goes_on()


def test_one_run_of_a_kind_at_a_time() -> None:
    begun, end = Event(), Event()
    count = []

    @one_run
    def work(run: Run) -> None:
        count.append(run)
        begun.set()
        end.wait(5)

    thread = Thread(target=work)
    thread.start()
    assert begun.wait(5)
    work()  # Leaves at once.
    end.set()
    thread.join(5)
    assert len(count) == 1
    work()
    assert len(count) == 2


def test_a_run_that_fails_lets_the_next_one_in() -> None:
    @one_run
    def work(run: Run) -> None:
        raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError, match=r"^$"):
            work()


def test_beat_can_call_every_task_as_it_is() -> None:
    app.loader.import_default_modules()
    for entry in app.conf.beat_schedule.values():
        takes = [name for name in app.tasks[entry["task"]].__header__.__code__.co_varnames if name != "self"]
        assert takes == list(entry.get("kwargs", {}))
