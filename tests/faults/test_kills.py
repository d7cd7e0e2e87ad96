"""Web, worker, Redis and PostgreSQL are killed in turn under load: nothing is lost, and nothing happens twice."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.cluster import Cluster
from tests.faults.office import DOUBLED, MADE, counted, furnish, traffic_of_now, wait_until_done
from tests.faults.redis import Redis
from tests.load.judged import add_connection, calls_in, expected_calls, stored_requests
from tests.load.traffic import StubbornPosters
from tests.load.workers import Program
from tests.notices.receiver import Receiver
from tests.rounds import rounds
from tests.servers import Server

pytestmark = pytest.mark.proof

EVENTS, EVENTS_IN_FULL = 400, 10_000
KILLS, KILLS_IN_FULL = 6, 25
POSTERS = 6
DONE_WITHIN = 300.0
Part = tuple[str, Callable[[], None], Callable[[], None]]


@pytest.fixture
def broker() -> Iterator[Redis]:
    broker = Redis()
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def warehouse() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def test_kills_in_turn(
    make_cluster: Callable[..., Cluster],
    make_server: Callable[..., Server],
    start_worker: Callable[[Server], Program],
    broker: Redis,
    warehouse: Receiver,
) -> None:
    cluster = make_cluster()
    server = make_server(database_url=cluster.url, workers=2, threads=4)
    server.environment["CELERY_BROKER_URL"] = broker.url
    server.manage("migrate", "-v0")
    _, path = add_connection(server)
    furnish(server, warehouse.url)
    worker = start_worker(server)
    server.start()
    parts: list[Part] = [
        ("web", server.kill, server.start),
        ("worker", worker.kill_all, worker.start),
        ("Redis", broker.kill, broker.start),
        ("PostgreSQL", cluster.kill, cluster.start),
    ]
    sent = StubbornPosters(server, path, traffic_of_now(), posters=POSTERS)
    sent.start()
    try:
        killed = _kill_in_turn(parts, sent)
    finally:
        sent.stop()
    taken = wait_until_done(server, seconds=DONE_WITHIN)
    stored = stored_requests(server)
    lost = Counter(sent.acknowledged) - Counter(stored)
    doubled = counted(server, DOUBLED)
    print(  # noqa: T201  (the figure)
        f"\n{len(sent.acknowledged)} events acknowledged, {sum(killed.values())} kills {dict(killed)}: "
        f"{lost.total()} lost, doubled {doubled}, of {counted(server, MADE)}; {sent.unanswered} posts had no answer; "
        f"all done {taken:.1f} s after the traffic"
    )
    assert not lost
    assert doubled == dict.fromkeys(DOUBLED, 0)
    assert all(counted(server, MADE).values())
    assert calls_in(server) == expected_calls(stored)
    assert not list((Path(server.environment["VAR_DIR"]) / "spool").glob("*"))


def _kill_in_turn(parts: list[Part], sent: StubbornPosters) -> Counter[str]:
    kills, events = rounds(KILLS, full=KILLS_IN_FULL), rounds(EVENTS, full=EVENTS_IN_FULL)
    chance, killed = random.Random(7), Counter[str]()
    for turn in range(kills):
        _wait_for(sent, (turn + 1) * events // (kills + 1))
        name, kill, start = parts[turn % len(parts)]
        kill()
        time.sleep(chance.uniform(0.2, 1.0))
        start()
        killed[name] += 1
    _wait_for(sent, events)
    return killed


def _wait_for(sent: StubbornPosters, events: int) -> None:
    deadline = time.monotonic() + 120
    while len(sent.acknowledged) < events:
        assert time.monotonic() < deadline, f"{len(sent.acknowledged)} of {events} events were acknowledged."
        time.sleep(0.01)
