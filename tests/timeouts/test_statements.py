"""A statement that takes too long is ended by PostgreSQL, in words, also when the browser has gone away."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from http.client import HTTPConnection

import psycopg
import pytest

from tests.e2e.browser import run
from tests.listening.http import Listener
from tests.servers import Server

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]

SLOW = """
ALTER TABLE crm_contact RENAME TO contact_rows;
CREATE VIEW crm_contact AS SELECT * FROM contact_rows WHERE pg_sleep(60) IS NOT NULL;
"""
SLEEPING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
PEOPLE = """
from django.contrib.auth.models import User
from crm.models import ApiToken, Contact
from telephony.models import Connection
User.objects.create_superuser("boss", "", "x")
Contact.objects.create(name="Анна")
"""


@pytest.fixture
def server(postgresql_database: str, make_server: Callable[..., Server]) -> Server:
    """With a table of contacts that takes a minute to look at."""
    server = make_server(database_url=postgresql_database, workers=1, threads=4)
    server.environment |= {"TELEPHONY_STATEMENT_TIMEOUT": "2", "TELEPHONY_HOOK_STATEMENT_TIMEOUT": "1"}
    run(server, PEOPLE)
    with psycopg.connect(postgresql_database, autocommit=True) as rows:
        rows.execute(SLOW)
    server.start()
    return server


def test_a_costly_list_ends_in_words_and_leaves_no_backend(server: Server, postgresql_database: str) -> None:
    boss = Listener(server, "boss")
    with psycopg.connect(postgresql_database, autocommit=True) as look:
        for path in ("/crm/contacts/?q=anna", "/api/v1/contacts/?search=anna"):
            gone = socket.create_connection(("127.0.0.1", server.port))
            gone.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {boss.headers['Cookie']}\r\n\r\n".encode())
            wait_until(lambda: look.execute(SLEEPING).fetchone() == (1,), seconds=10)
            gone.close()
            wait_until(lambda: look.execute(SLEEPING).fetchone() == (0,), seconds=4)
    page = boss.get("/crm/contacts/?q=anna", Accept="text/html", Accept_Language="ru")
    assert (page.status, page.headers["retry-after"]) == (503, "30")
    assert "Это заняло слишком много времени" in page.body.decode()
    api = boss.get("/api/v1/contacts/?search=anna")
    assert api.status == 503
    assert "too long" in json.loads(api.body)["detail"]
    assert boss.get("/admin/crm/tag/").status == 200


def test_a_pbx_is_answered_sooner_and_its_message_written_down(server: Server, postgresql_database: str) -> None:
    made = server.manage("connection", "add", "demo", "--name", "demo", "--json")
    path = json.loads(made.stdout)["hook_path"]
    assert _post(server, path) == 200
    with psycopg.connect(postgresql_database) as other:
        other.execute("LOCK TABLE telephony_delivery IN ACCESS EXCLUSIVE MODE")
        begun = time.monotonic()
        assert _post(server, path) == 200
        assert time.monotonic() - begun < 1
    with psycopg.connect(postgresql_database, autocommit=True) as look:
        stored = "SELECT count(*) FROM telephony_delivery"
        wait_until(lambda: look.execute(stored).fetchone() == (2,), seconds=15)


def test_commands_and_workers_may_take_their_time(server: Server) -> None:
    code = "from django.db import connection as c\nwith c.cursor() as s:\n  s.execute('SHOW statement_timeout')\n  "
    assert run(server, code + "print(s.fetchone()[0])").split()[-1] == "0"


def _post(server: Server, path: str) -> int:
    wire = HTTPConnection("127.0.0.1", server.port, timeout=20)
    wire.request("POST", path, b"event=ringing&call=1", {"Content-Type": "application/x-www-form-urlencoded"})
    return wire.getresponse().status


def wait_until(is_so: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "It did not come to that."
        time.sleep(0.05)
