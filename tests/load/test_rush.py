"""More messages than a server has threads: those that wait are answered before they are applied, and need no worker."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.load.judged import add_connection, querying
from tests.load.traffic import OK, call_of_12_events, post_all
from tests.servers import Server

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]
MESSAGES = 30
"""At once; the server has one process with one thread."""
HELD = 0.3
"""Seconds for which the first one waits for its call."""
LATE = "SELECT count(*) FROM telephony_delivery WHERE state = 'received' AND attempts = 0"


def test_they_are_stored_first_and_applied_when_it_is_over(
    postgresql_database: str, make_server: Callable[..., Server]
) -> None:
    server = make_server(database_url=postgresql_database, workers=1, threads=1)
    _, path = add_connection(server)
    server.start()
    query = querying(server)
    traffic = [call_of_12_events(number)[0] for number in range(MESSAGES)]
    assert post_all(server, path, traffic[:1], posters=1)[0].body == OK
    with psycopg.connect(postgresql_database) as other, ThreadPoolExecutor() as pool:
        other.execute("LOCK TABLE telephony_call IN EXCLUSIVE MODE")
        posted = pool.submit(post_all, server, path, traffic[1:], posters=MESSAGES - 1)
        time.sleep(HELD)
        other.rollback()
        answers = posted.result()
    assert [(answer.status, answer.body) for answer in answers] == [(200, OK)] * (MESSAGES - 1)
    assert query("SELECT count(*) FROM telephony_delivery") == [(MESSAGES,)]
    [(waited,)] = query(LATE)
    assert waited > MESSAGES / 2, "they were applied one after the other while the PBX waited"
    assert applied(server, MESSAGES), query("SELECT state, error FROM telephony_delivery")
    assert query("SELECT count(*) FROM telephony_call") == [(MESSAGES,)]


def applied(server: Server, count: int) -> bool:
    """Whether so many are, within a few seconds and without a worker."""
    query, until = querying(server), time.monotonic() + 20
    while time.monotonic() < until:
        if query("SELECT count(*) FROM telephony_delivery WHERE state = 'applied'") == [(count,)]:
            return True
        time.sleep(0.2)
    return False
