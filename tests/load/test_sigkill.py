"""The whole server is killed with SIGKILL again and again under load: nothing that was acknowledged is lost."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.load.judged import (
    add_connection,
    calls_in,
    expected_calls,
    let_a_worker_finish,
    querying,
    store_the_spool,
    stored_requests,
)
from tests.load.traffic import Request, StubbornPosters, call_of_12_events
from tests.rounds import rounds
from tests.servers import Server

pytestmark = pytest.mark.proof

CALLS_AT_ONCE = 8


def endless_traffic() -> Iterator[Request]:
    """Always 8 calls at a time, their events shuffled together."""
    chance = random.Random(3)
    number = 0
    while True:
        events = [request for call in range(number, number + CALLS_AT_ONCE) for request in call_of_12_events(call)]
        chance.shuffle(events)
        yield from events
        number += CALLS_AT_ONCE


def kill_and_judge(server: Server, *, kills: int, posters: int, seed: int) -> None:
    _, path = add_connection(server)
    sent = StubbornPosters(server, path, endless_traffic(), posters=posters)
    chance = random.Random(seed)
    sent.start()
    try:
        for _ in range(kills):
            before = len(sent.acknowledged)
            server.start()
            while len(sent.acknowledged) < before + posters:
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.3))
            server.kill()
    finally:
        sent.stop()
    assert sent.unanswered >= kills  # It was killed while it worked.

    query = querying(server)
    store_the_spool(server)
    stored = stored_requests(server)
    lost = Counter(sent.acknowledged) - Counter(stored)
    assert not lost
    let_a_worker_finish(server)
    assert query("SELECT state, count(*) FROM telephony_delivery GROUP BY state") == [("applied", len(stored))]
    assert calls_in(server) == expected_calls(stored)
    assert query("SELECT count(*) FROM telephony_callevent") == [(len(set(stored)),)]


@pytest.mark.postgresql
def test_kills_on_postgresql(postgresql_database: str, make_server: Callable[..., Server]) -> None:
    server = make_server(database_url=postgresql_database, workers=2, threads=4)
    kill_and_judge(server, kills=rounds(6, full=25), posters=8, seed=4)


def test_kills_on_sqlite(make_server: Callable[..., Server]) -> None:
    kill_and_judge(make_server(workers=2, threads=1), kills=rounds(3, full=5), posters=4, seed=5)
