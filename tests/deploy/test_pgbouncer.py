"""Everything works behind a pgbouncer that pools transactions: messages, cards, the worker."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.deploy.pgbouncer import CONNECTIONS, pooled
from tests.desk.streams import Streams
from tests.desk.test_live_server import people, ring
from tests.faults.steady import Steady
from tests.faults.test_database_away import wait_until_applied
from tests.load.judged import add_connection, calls_in, expected_calls
from tests.load.workers import Program, celery
from tests.servers import ROOT, Server

RINGS = 12
PATIENCE = 60
"""Seconds until a card is there: a tenth of what passes between two looks of who is not woken."""
ON_THE_SERVER = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND query NOT LIKE 'LISTEN%' AND pid <> pg_backend_pid()
"""
HELD_LOCKS = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@pytest.fixture
def servers(
    make_server: Callable[..., Server], postgresql_database: str, tmp_path: Path
) -> Iterator[tuple[Server, Server]]:
    """granian and uvicorn on the pgbouncer, and a worker."""
    with pooled(postgresql_database, tmp_path / "pgbouncer") as url:
        hooks = make_server(database_url=url, workers=2, threads=4)
        hooks.environment["DATABASE_DIRECT_URL"] = postgresql_database
        streams = make_server(database_url=url, asgi=True)
        streams.environment |= hooks.environment
        streams.application = "tests.deploy.woken:application"
        worker = Program(hooks.environment, tmp_path / "worker.log", *celery("worker", "--beat", "--pool", "threads"))
        worker.start()
        hooks.start()
        streams.start()
        try:
            yield hooks, streams
        finally:
            streams.stop()
            hooks.stop()
            worker.stop()


@pytest.mark.proof
def test_messages_cards_and_the_worker(servers: tuple[Server, Server], postgresql_database: str) -> None:
    hooks, live = servers
    _, path = add_connection(hooks)
    with Steady(hooks, path, per_second=50) as sent:
        see_a_card_of_each_ring(hooks, live, path)
    sent_calls = expected_calls(sent.requests())
    wait_until_applied(hooks, len(sent.answers) + RINGS)
    assert sent.statuses() == {200}
    assert not sent.unanswered
    assert {name: call for name, call in calls_in(hooks).items() if name in sent_calls} == sent_calls
    assert not list((Path(hooks.environment["VAR_DIR"]) / "spool").glob("*.damaged"))
    with psycopg.connect(postgresql_database) as database:
        assert database.execute(HELD_LOCKS).fetchall() == [(0,)]
        [(used,)] = database.execute(ON_THE_SERVER).fetchall()
    assert 0 < used <= CONNECTIONS


def see_a_card_of_each_ring(hooks: Server, live: Server, path: str) -> None:
    """PostgreSQL wakes the streams: they hear of it in no other way (woken.py)."""
    sessions = people(hooks, RINGS)
    streams = Streams(live)
    try:
        for number, session in sessions.items():
            streams.open(number, session)
        streams.read_until(lambda: all("resync" in line.topics() for line in streams.lines.values()), 30)
        for number, phone in enumerate(sessions):
            ring(hooks, path, phone, f"9.{number}")
            streams.read_until(lambda: "cards" in streams.lines[phone].topics(), PATIENCE)  # noqa: B023
    finally:
        streams.close()


def test_no_lock_and_no_setting_outlives_its_transaction() -> None:
    """Behind such a pgbouncer it would be a stranger's."""
    of_sessions = re.compile(
        r"pg_(try_)?advisory_lock|\bSET SESSION\b|CREATE TEMP|\bPREPARE \w+ AS\b|WITH HOLD", re.IGNORECASE
    )
    found = {
        str(path.relative_to(ROOT)): of_sessions.findall(path.read_text())
        for package in ("telephony", "crm", "config")
        for path in (ROOT / package).rglob("*.py")
        if of_sessions.search(path.read_text())
    }
    assert not found
