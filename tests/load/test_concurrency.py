"""Many posters at once on a real server: exactly the calls that were sent, nothing lost, no deadlock."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import psycopg
import pytest

from telephony.calls import locks
from tests.load.judged import (
    add_connection,
    calls_in,
    expected_calls,
    let_a_worker_finish,
    querying,
    store_the_spool,
    stored_requests,
)
from tests.load.traffic import OK, Request, call_of_12_events, post_all
from tests.rounds import rounds
from tests.servers import Server

pytestmark = pytest.mark.proof

CALLS, DUPLICATES = rounds(10, full=40), rounds(15, full=60)
LONGEST_WAIT_SECONDS = 1.6
"""The request's patience is 0.8 s; twice that on a machine that is busy with other tests."""


def mixed_traffic() -> list[Request]:
    """Calls of 12 events, some of them twice, in no order."""
    events = [request for number in range(CALLS) for request in call_of_12_events(number)]
    assert len(set(events)) == CALLS * 12
    chance = random.Random(2)
    traffic = events + chance.sample(events, DUPLICATES)
    chance.shuffle(traffic)
    return traffic


def post_and_judge(server: Server, posters: int) -> None:
    _, path = add_connection(server)
    traffic = mixed_traffic()
    server.start()
    answers = post_all(server, path, traffic, posters=posters)
    assert Counter((answer.status, answer.body) for answer in answers) == {(200, OK): len(traffic)}

    query = querying(server)
    store_the_spool(server)
    assert Counter(stored_requests(server)) == Counter(traffic)
    states = {state for (state,) in query("SELECT DISTINCT state FROM telephony_delivery")}
    assert states <= {"applied", "received"}  # Or left for the worker.
    let_a_worker_finish(server)
    assert query("SELECT state, count(*) FROM telephony_delivery GROUP BY state") == [("applied", len(traffic))]

    assert query("SELECT count(*) FROM telephony_call") == [(CALLS,)]
    assert query("SELECT count(*), count(DISTINCT fingerprint) FROM telephony_callevent") == [(CALLS * 12, CALLS * 12)]
    assert calls_in(server) == expected_calls(traffic)


@pytest.mark.postgresql
def test_16_posters_on_postgresql(postgresql_database: str, make_server: Callable[..., Server]) -> None:
    server = make_server(database_url=postgresql_database, workers=4, threads=4)
    post_and_judge(server, posters=16)
    server.stop()  # What its database sessions counted is added up when they end.
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    assert querying(server)(deadlocks) == [(0,)]


def test_4_posters_on_sqlite(make_server: Callable[..., Server]) -> None:
    post_and_judge(make_server(workers=2, threads=1), posters=4)


@pytest.mark.postgresql
def test_a_call_that_another_process_works_on(postgresql_database: str, make_server: Callable[..., Server]) -> None:
    """The PBX gets its answer all the same, and a worker applies the message later."""
    server = make_server(database_url=postgresql_database, threads=2)
    connection_id, path = add_connection(server)
    first, second = call_of_12_events(1), call_of_12_events(2)
    (call_id,) = expected_calls(first)
    key = locks._key(f"call:{connection_id}:{call_id}")
    server.start()
    query = querying(server)
    with psycopg.connect(postgresql_database) as holder:
        holder.execute("SELECT pg_advisory_xact_lock(%s)", [key])
        held = post_all(server, path, first[:1], posters=1)[0]
        free = post_all(server, path, second[:1], posters=1)[0]
        assert query("SELECT count(*) FROM telephony_call") == [(1,)]
    assert (held.status, held.body) == (200, OK)
    assert 0.5 < held.seconds < LONGEST_WAIT_SECONDS
    assert (free.status, free.body) == (200, OK)
    assert free.seconds < held.seconds

    waiting = "SELECT attempts, error FROM telephony_delivery WHERE state = 'received'"
    assert query(waiting) == [(0, "CallBusy: Another process worked on the same call for too long.")]
    let_a_worker_finish(server)
    assert query(waiting) == []
    assert calls_in(server) == expected_calls([first[0], second[0]])
