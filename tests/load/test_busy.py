"""A call that others work on for long: no attempt at its message is used up, and then it is applied."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from telephony.calls import locks
from tests.config.test_worker import LEAVE_A_DELIVERY
from tests.load.judged import PROCESS_DUE, querying
from tests.servers import Server

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]

IMPATIENT = "from telephony.calls import locks; locks.PATIENCE_OF_WORKER_MS = 50\n"
ONE_RUN = """
from datetime import timedelta
from django.utils import timezone
from telephony.intake import inbox
from telephony.jobs import Run
for _ in range(8):
    inbox.process_due(now=timezone.now() + inbox.PAUSE_AFTER_BUSY, run=Run(0.05))
"""


def test_a_busy_call_uses_up_no_attempt(postgresql_database: str, make_server: Callable[..., Server]) -> None:
    server = make_server(database_url=postgresql_database)
    server.manage("shell", "-v0", "-c", LEAVE_A_DELIVERY)
    query = querying(server)
    [(connection,)] = query("SELECT id FROM telephony_connection")
    with psycopg.connect(postgresql_database) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [locks._key(f"call:{connection}:1.10")])
        server.manage("shell", "-v0", "-c", IMPATIENT + ONE_RUN)
        [(state, attempts, error)] = query("SELECT state, attempts, error FROM telephony_delivery")
        assert (state, attempts) == ("received", 1)
        assert error.startswith("CallBusy")
        other.rollback()
    server.manage("shell", "-v0", "-c", PROCESS_DUE.format(hours=1))
    assert query("SELECT state, attempts FROM telephony_delivery") == [("applied", 2)]
