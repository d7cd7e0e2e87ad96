"""One part never starves another: a worker, started as README says, while others take their time."""

from __future__ import annotations

import logging
import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.config.test_worker import LEAVE_A_DELIVERY
from tests.load.judged import querying
from tests.load.strangers import Stranger
from tests.load.workers import Program, celery, wait_for
from tests.rounds import rounds
from tests.servers import ROOT, Server

log = logging.getLogger(__name__)
pytestmark = [pytest.mark.proof, pytest.mark.postgresql]

MESSAGES, SLOW_SECONDS = 200, 5
FILL = """
from django.utils import timezone
from telephony.models import Call, CallQuery, Connection, Notice, Subscription

now = timezone.now()

def add_call(connection, number):
    return Call.objects.create(connection=connection, external_id=str(number), direction="incoming", status="unknown",
        client_raw="79201119613", client_match="9201119613", started_at=now)
"""
SUBSCRIBE = """
call = add_call(Connection.objects.create(vendor="sipuni", name="Told of"), 1)
for name, url, count in {receivers}:
    subscription = Subscription.objects.create(name=name, url=url, internal_networks=["127.0.0.0/8"])
    Notice.objects.bulk_create(
        Notice(subscription=subscription, call=call, topic="call.ended", message_id=f"msg_{{name}}_{{number}}",
            created_at=now, payload={{}}, next_try_at=now)
        for number in range(count)
    )
"""
ASK = """
for number, url in enumerate({pbxs}):
    connection = Connection.objects.create(vendor="mobilon", name=str(number), internal_networks=["127.0.0.0/8"],
        settings={{"token": "t0ken", "api_url": url}})
    for query in range({questions}):
        call = add_call(connection, query)
        CallQuery.objects.create(connection=connection, call=call, next_try_at=now)
"""
APPLIED = "SELECT count(*) = 1 FROM telephony_delivery WHERE state = 'applied'"


def command_of_readme() -> list[str]:
    """The worker's, as README has it for one that does everything."""
    lines = (ROOT / "README.md").read_text().splitlines()
    line = next(line for line in lines if "config.celery worker --beat" in line and "--queues" not in line)
    return shlex.split(line.partition("celery ")[2])


@pytest.fixture
def server(postgresql_database: str, make_server: Callable[..., Server]) -> Server:
    server = make_server(database_url=postgresql_database)
    server.environment["CELERY_BROKER_URL"] = "filesystem://"
    return server


@pytest.fixture
def worker(server: Server, tmp_path: Path) -> Iterator[Program]:
    """Not started."""
    worker = Program(server.environment, tmp_path / "worker.log", "-m", "celery", *command_of_readme())
    yield worker
    worker.stop()


SETTLE_SECONDS = rounds(12, full=25)
"""Beat has called for everything several times by then."""


def begin(server: Server, worker: Program, script: str, is_under_way: Callable[[], bool]) -> float:
    """Start the worker on what the script left for it; when it is in the middle, a PBX's message becomes due. Returns
    after how many seconds that was processed."""
    server.manage("shell", "-v0", "-c", FILL + script)
    worker.start()
    wait_for(is_under_way, seconds=60, what=worker.log)
    time.sleep(SETTLE_SECONDS)
    server.manage("shell", "-v0", "-c", LEAVE_A_DELIVERY)
    left_at = time.monotonic()
    query = querying(server)
    wait_for(lambda: query(APPLIED) == [(True,)], seconds=150, what=worker.log)
    return time.monotonic() - left_at


def end(worker: Program) -> float:
    """How long the worker takes to end after SIGTERM."""
    assert worker._process is not None
    begun = time.monotonic()
    worker._process.terminate()
    worker._process.wait(150)
    return time.monotonic() - begun


def test_a_slow_receiver_of_webhooks_stops_neither_the_inbox_nor_the_other_receivers(
    server: Server, worker: Program
) -> None:
    with Stranger(SLOW_SECONDS) as slow, Stranger(0) as quick:
        receivers = [("slow", slow.url, MESSAGES), ("quick", quick.url, 20)]
        took = begin(server, worker, SUBSCRIBE.format(receivers=receivers), lambda: slow.count > 0)
        # Where the machine is slow, an alarm about it is told, too.
        wait_for(lambda: quick.count >= 20, seconds=90, what=worker.log)
        ended = end(worker)
        log.info("%s", f"processed after {took:.1f} s, ended after {ended:.1f} s, {slow.count} were told meanwhile")
        assert took < 15
        assert slow.most == 1
        assert ended < 8
    sending = "SELECT count(*) FROM telephony_notice WHERE state = 'sending'"
    assert querying(server)(sending) == [(0,)]
    counted = "SELECT count(*) FROM telephony_notice WHERE state = 'waiting' AND attempts > 0"
    assert querying(server)(counted) == [(0,)], "What was given back has not been tried."


def test_a_worker_of_processes_ends_as_soon(server: Server, tmp_path: Path) -> None:
    """Its runs are in processes that SIGTERM does not reach."""
    pool = ("--beat", "--pool", "prefork", "--concurrency", "4")
    worker = Program(server.environment, tmp_path / "worker.log", *celery("worker", *pool))
    try:
        with Stranger(SLOW_SECONDS) as slow:
            receivers = [("slow", slow.url, MESSAGES)]
            server.manage("shell", "-v0", "-c", FILL + SUBSCRIBE.format(receivers=receivers))
            worker.start()
            wait_for(lambda: slow.count > 0, seconds=60, what=worker.log)
            assert end(worker) < 8
    finally:
        worker.stop()
    assert querying(server)("SELECT count(*) FROM telephony_notice WHERE state = 'sending'") == [(0,)]


def test_pbxs_that_hang_stop_neither_the_inbox_nor_the_worker_from_ending(server: Server, worker: Program) -> None:
    """Eight of them, with questions and lists that are due; each answer would take as long as it may."""
    with Stranger(60) as hanging:
        took = begin(server, worker, ASK.format(pbxs=[hanging.url] * 8, questions=20), lambda: hanging.count > 0)
        ended = end(worker)
        log.info("%s", f"processed after {took:.1f} s, ended after {ended:.1f} s, {hanging.most} questions at once")
        assert took < 15
        assert ended < 8
    assert querying(server)("SELECT count(*) FROM telephony_callquery WHERE state <> 'waiting'") == [(0,)]
