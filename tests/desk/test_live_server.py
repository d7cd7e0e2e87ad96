"""Streams of a real server: 200 at once (with --full a thousand), in time, and only as long as the session lasts."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

from tests.desk.streams import ADD_PEOPLE, Streams
from tests.load.judged import add_connection, querying
from tests.load.workers import threads_of
from tests.rounds import rounds
from tests.servers import Server

log = logging.getLogger(__name__)
pytestmark = pytest.mark.proof
STREAMS = 200
POOL = 10
CLIENT = "79235292926"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def server(request: pytest.FixtureRequest, make_server: Callable[..., Server]) -> Iterator[Server]:
    url = request.getfixturevalue("postgresql_database") if request.param == "postgresql" else ""
    server = make_server(database_url=url, asgi=True)
    yield server
    server.stop()


def people(server: Server, count: int) -> dict[str, str]:
    """Session keys by internal number."""
    sessions: dict[str, str] = json.loads(server.manage("shell", "-v0", "-c", ADD_PEOPLE.format(count=count)).stdout)
    return sessions


def ring(server: Server, path: str, phone: str, call_id: str) -> float:
    """The phone rings; returns how long the PBX waited for its answer."""
    now = int(time.time())
    fields = {"event": 1, "call_id": call_id, "src_num": CLIENT, "src_type": 1, "timestamp": now}
    fields |= {"dst_num": f"012345{phone}", "short_dst_num": phone, "dst_type": 2}
    begun = time.monotonic()
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", f"{path}?{urlencode(fields)}")
    assert connection.getresponse().read() == b'{"success": true}'
    connection.close()
    return time.monotonic() - begun


@pytest.fixture
def streams(server: Server) -> Iterator[Streams]:
    streams = Streams(server)
    yield streams
    streams.close()


def test_200_streams_in_one_process_and_each_hears_of_its_own_calls_only(server: Server, streams: Streams) -> None:
    _pk, path = add_connection(server)
    sessions = people(server, STREAMS)
    server.start()
    for number, session in sessions.items():
        streams.open(number, session)
    streams.read_until(lambda: all("resync" in line.topics() for line in streams.lines.values()), 60)

    rung = list(sessions)[::10]
    waits = [ring(server, path, phone, f"1.{phone}") for phone in rung]
    streams.read_until(lambda: all("cards" in streams.lines[phone].topics() for phone in rung), 10)
    streams.read(0.7)
    told = {number for number, line in streams.lines.items() if "cards" in line.topics()}
    assert told == set(rung)
    assert all("board" not in line.topics() for line in streams.lines.values())
    assert sorted(waits)[len(waits) // 2] < 1.0

    if url := server.environment["DATABASE_URL"]:
        with psycopg.connect(url) as database:
            sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            [(connections,)] = database.execute(sql).fetchall()
        assert connections <= POOL, "Streams keep database connections."

    begun = time.monotonic()
    server.stop()
    assert time.monotonic() - begun < 8, "Open streams kept the server from stopping."


HAPPENINGS = {
    "101": "import_module(settings.SESSION_ENGINE).SessionStore({session!r}).delete()",
    "102": "User.objects.filter(username='u102').update(is_active=False)",
    "103": "user = User.objects.get(username='u103'); user.set_password('new'); user.save()",
}


def test_who_is_logged_out_deactivated_or_has_a_new_password_hears_nothing_within_30_seconds(
    server: Server, streams: Streams
) -> None:
    _pk, path = add_connection(server)
    sessions = people(server, 4)
    server.start()
    for number, session in sessions.items():
        streams.open(number, session)
    streams.read_until(lambda: all("resync" in line.topics() for line in streams.lines.values()), 20)
    code = "from importlib import import_module; from django.conf import settings\n"
    code += "from django.contrib.auth.models import User\n"
    code += "\n".join(text.format(session=sessions[number]) for number, text in HAPPENINGS.items())
    server.manage("shell", "-v0", "-c", code)

    took = streams.read_until(lambda: all("end" in streams.lines[number].topics() for number in HAPPENINGS), 30)
    assert took < 30
    for number in sessions:
        ring(server, path, number, f"2.{number}")
    streams.read_until(lambda: "cards" in streams.lines["104"].topics(), 10)
    streams.read(1)
    assert [number for number in HAPPENINGS if "cards" in streams.lines[number].topics()] == []
    assert streams.lines["104"].is_open
    assert [number for number in HAPPENINGS if streams.lines[number].is_open] == []


def test_what_was_missed_comes_with_the_reconnection(server: Server, streams: Streams) -> None:
    _pk, path = add_connection(server)
    sessions = people(server, 1)
    server.start()
    ring(server, path, "101", "3.1")
    first: Any = last_event(server)
    ring(server, path, "101", "3.2")
    streams.open("again", sessions["101"], last=first)
    streams.read_until(lambda: "cards" in streams.lines["again"].topics(), 10)
    streams.open("fresh", sessions["101"])
    streams.read_until(lambda: "resync" in streams.lines["fresh"].topics(), 10)


def last_event(server: Server) -> int:
    """A message that waited for a thread is applied a moment after its answer (intake/rush.py)."""
    deadline = time.monotonic() + 10
    while not (newest := querying(server)("SELECT max(id) FROM telephony_liveevent WHERE topic = 'cards'")[0][0]):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return int(newest)


MANY, MOST_THREADS = rounds(200, full=1000), 40


@pytest.mark.postgresql
def test_hundreds_of_streams_are_coroutines_and_each_is_told_in_time(
    postgresql_database: str, make_server: Callable[..., Server]
) -> None:
    server = make_server(database_url=postgresql_database, asgi=True)
    _pk, path = add_connection(server)
    sessions = people(server, MANY)
    server.start()
    streams = Streams(server)
    try:
        for number, session in sessions.items():
            streams.open(number, session)
            streams.read(0.001)
        streams.read_until(lambda: all("resync" in line.topics() for line in streams.lines.values()), 120)
        assert server._process is not None
        assert threads_of(server._process.pid) < MOST_THREADS
        streams.read(20)  # Each session is looked at once.
        assert threads_of(server._process.pid) < MOST_THREADS
        assert all(line.is_open for line in streams.lines.values())

        rung = list(sessions)[::50]
        for phone in rung:
            ring(server, path, phone, f"1.{phone}")
        took = streams.read_until(lambda: all("cards" in streams.lines[phone].topics() for phone in rung), 10)
        log.info("%s", f"the last of {len(rung)} heard of its call {took:.2f} s after the last message")
        assert {number for number, line in streams.lines.items() if "cards" in line.topics()} == set(rung)
    finally:
        streams.close()
        server.stop()
