"""A process keeps what it made of a connection's row for as long as the row is the same, and not a message longer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from telephony.simulator.sender import Sender
from telephony.vendors.simulated import Message
from tests.load.judged import add_connection, querying
from tests.servers import Server
from tests.telephony.messages import sipuni

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]


@pytest.fixture
def server(postgresql_database: str, make_server: Callable[..., Server]) -> Server:
    made: Server = make_server(database_url=postgresql_database)
    return made


def test_a_change_of_the_connection_holds_for_the_next_message(server: Server, tmp_path: Path) -> None:
    number, path = add_connection(server)
    server.start()
    sender = Sender()

    def status(second: int) -> int:
        hook = sipuni(1, second)
        message = Message(after=0, label="", headers={"Content-Type": "text/plain"}, body=hook.body)
        return sender.send(server.url + path, message).status

    def change(sql: str) -> None:
        with psycopg.connect(server.environment["DATABASE_URL"]) as other:
            other.execute(f"UPDATE telephony_connection SET {sql} WHERE id = {number}")

    try:
        assert [status(0), status(1)] == [200, 200]
        change("enabled = false")
        assert status(2) == 404
        change("enabled = true")
        assert [status(3), status(4)] == [200, 200]
        change("hook_secret_sha256 = 'x'")
        assert status(5) == 404
    finally:
        sender.close()
    server.manage("spool", "--drain")
    assert querying(server)("SELECT count(*) FROM telephony_delivery") == [(4,)]
