"""Several processes at the same queue: no row is claimed twice, and nobody waits for another."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.load.judged import querying
from tests.servers import Server

pytestmark = pytest.mark.proof

PROCESSES, THREADS, ROWS = 2, 4, 120
MAKE = f"""
from tests.jobs.world import make_delivery
from tests.telephony.factories import ConnectionFactory
connection = ConnectionFactory.create()
for number in range({ROWS}):
    make_delivery(connection)
"""
CLAIM_ALL = f"""
import json, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from django.db import connection
from tests.jobs.world import DELIVERIES

def claim_all(_):
    claimed = []
    try:
        for row in DELIVERIES.claims():
            claimed.append(row.pk)
            time.sleep(0.02)  # Work, so that the others come to their turn.
    finally:
        connection.close()
    return claimed

folder = Path({{folder!r}})
(folder / {{name!r}}).touch()
while len(list(folder.iterdir())) < {PROCESSES}:
    time.sleep(0.01)
with ThreadPoolExecutor({THREADS}) as pool:
    print(json.dumps(list(pool.map(claim_all, range({THREADS})))))
"""
CLAIM_ONE = """
import json
from django.db import connection
from tests.jobs.world import DELIVERIES
with connection.cursor() as cursor:
    cursor.execute("SET lock_timeout = '3s'")
claimed = DELIVERIES.claim()
alike = DELIVERIES.claim_alike("connection_id", limit=1000)
print(json.dumps([claimed.pk, [row.pk for row in alike]]))
"""


def claim_in_processes(server: Server, folder: Path) -> None:
    folder.mkdir()
    server.manage("shell", "-v0", "-c", MAKE)

    def run(name: str) -> list[list[int]]:
        done = server.manage("shell", "-v0", "-c", CLAIM_ALL.format(folder=str(folder), name=name))
        claimed: list[list[int]] = json.loads(done.stdout.splitlines()[-1])
        return claimed

    with ThreadPoolExecutor(PROCESSES) as pool:
        of_processes = list(pool.map(run, [str(number) for number in range(PROCESSES)]))
    assert all(any(threads) for threads in of_processes), "One of them came too late: nothing was tried."
    claimed = [pk for threads in of_processes for thread in threads for pk in thread]
    query = querying(server)
    assert sorted(claimed) == [pk for (pk,) in query("SELECT id FROM telephony_delivery ORDER BY id")]
    assert len(claimed) == ROWS
    assert query("SELECT attempts, count(*) FROM telephony_delivery GROUP BY attempts") == [(1, ROWS)]


@pytest.mark.postgresql
def test_no_row_is_claimed_twice_on_postgresql(
    postgresql_database: str, make_server: Callable[..., Server], tmp_path: Path
) -> None:
    claim_in_processes(make_server(database_url=postgresql_database), tmp_path / "ready")


def test_no_row_is_claimed_twice_on_sqlite(make_server: Callable[..., Server], tmp_path: Path) -> None:
    claim_in_processes(make_server(), tmp_path / "ready")


@pytest.mark.postgresql
def test_what_another_has_locked_is_passed_over_without_waiting_and_related_rows_are_not_locked(
    postgresql_database: str, make_server: Callable[..., Server]
) -> None:
    server = make_server(database_url=postgresql_database)
    server.manage("shell", "-v0", "-c", MAKE)
    with psycopg.connect(postgresql_database) as other:
        keys = [pk for (pk,) in other.execute("SELECT id FROM telephony_delivery ORDER BY id")]
        other.execute("SELECT id FROM telephony_delivery WHERE id = ANY(%s) FOR UPDATE", [[keys[0], keys[2]]])
        other.execute("SELECT id FROM telephony_connection FOR UPDATE")
        done = server.manage("shell", "-v0", "-c", CLAIM_ONE)
        other.rollback()
    assert json.loads(done.stdout.splitlines()[-1]) == [keys[1], keys[3:]]
