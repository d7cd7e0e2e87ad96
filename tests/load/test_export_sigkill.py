"""A worker is killed with SIGKILL in the middle of an Excel file: another takes it up, and there is one whole file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from openpyxl import load_workbook

from tests.load.clicks import Page
from tests.load.exporting import BEING_WRITTEN, copy_the_call, order_export
from tests.load.judged import add_connection, querying
from tests.load.traffic import call_of_12_events, post_all
from tests.load.workers import Program, celery, wait_for
from tests.rounds import rounds
from tests.servers import Server

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]

ROWS = rounds(6_000, full=20_000)
KILLS = rounds(1, full=2)
"""After a third it would be given up."""
ADD_OWNER = """
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
get_user_model().objects.create(username="anna", is_staff=True).groups.add(Group.objects.get(name="Administrator"))
"""
SWEEP = "from telephony.call_log import exports; exports.sweep()"
ROW = "SELECT state, attempts, rows_done, rows_total, file, lease FROM telephony_export"


@pytest.fixture
def server(postgresql_database: str, make_server: Callable[..., Server]) -> Iterator[Server]:
    server = make_server(database_url=postgresql_database, workers=1, threads=4)
    server.environment["CELERY_BROKER_URL"] = "filesystem://"
    server.manage("shell", "-v0", "-c", ADD_OWNER)
    _pk, path = add_connection(server)
    server.start()
    post_all(server, path, call_of_12_events(1), posters=1)
    copy_the_call(postgresql_database, ROWS)
    yield server
    server.stop()


@pytest.fixture
def worker(server: Server, tmp_path: Path) -> Iterator[Program]:
    """Not started."""
    arguments = celery("worker", "--beat", "--pool", "threads", "--concurrency", "16")
    worker = Program(server.environment, tmp_path / "worker.log", *arguments)
    yield worker
    worker.stop()


def test_a_file_whose_writer_was_killed_is_written_by_another(server: Server, worker: Program) -> None:
    query, folder = querying(server), Path(server.environment["VAR_DIR"]) / "exports"
    order_export(Page(server, "anna"), server.port)
    for _ in range(KILLS):
        worker.start()
        wait_for(lambda: query(BEING_WRITTEN) == [(1,)], seconds=60, what=worker.log)
        worker.kill()
        assert query(ROW)[0][0] == "working"
        let_the_lease_run_out(server)
    worker.start()
    wait_for(lambda: query(ROW)[0][0] == "ready", seconds=120, what=worker.log)
    worker.kill()
    state, attempts, done, total, file, lease = query(ROW)[0]
    assert (state, attempts, lease) == ("ready", KILLS + 1, "")
    assert done == total == ROWS + 1
    server.manage("shell", "-v0", "-c", SWEEP)
    assert [path.name for path in folder.iterdir()] == [file], "Nothing is left of what was begun."
    sheet = load_workbook(folder / file, read_only=True).active
    assert sheet is not None
    assert sum(1 for _row in sheet.iter_rows()) == ROWS + 2


def let_the_lease_run_out(server: Server) -> None:
    """As it does by itself two minutes after its holder's last sign of life."""
    with psycopg.connect(server.environment["DATABASE_URL"]) as database:
        database.execute("UPDATE telephony_export SET next_try_at = now()")
