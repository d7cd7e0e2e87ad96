"""A real Celery worker takes what the request could not finish, over each broker."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.config.test_start import environment, manage
from tests.databases import ROOT, migrated_sqlite
from tests.services import give_back_redis, missing, take_redis

pytestmark = pytest.mark.proof
SECONDS = 25
"""The worker needs some to start; then it sweeps every 5."""

LEAVE_A_DELIVERY = """
from datetime import timedelta
from django.utils import timezone
from telephony.domain.hooks import Hook
from telephony.models import Connection
from telephony.intake import inbox
body = b"event=1&call_id=1.10&src_num=79201119613&src_type=1&dst_num=74951234567&dst_type=1&timestamp=1706522400"
received_at = timezone.now() - timedelta(minutes=5)
connection = Connection.objects.create(vendor="sipuni", name="Office")
inbox.receive(connection=connection, hook=Hook(method="POST", body=body, received_at=received_at))
"""


def rabbitmq_url() -> str:
    """A RabbitMQ server; empty if there is none."""
    try:
        socket.create_connection(("127.0.0.1", 5672), timeout=2).close()
    except OSError:
        return ""
    return "amqp://guest:guest@127.0.0.1:5672//"


class Worker:
    """A worker with beat in a process group of its own, and a database with a delivery that waits."""

    def __init__(self, var_dir: Path, broker_url: str) -> None:
        self.var_dir, self._log = var_dir, var_dir / "worker.log"
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-W", "ignore", "-m", "celery", "--app", "config.celery", "worker", "--beat"),
                    *("--pool", "threads", "--concurrency", "1", "--loglevel", "info"),
                ],
                cwd=ROOT,
                env=environment(var_dir, CELERY_BROKER_URL=broker_url),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def state_of_delivery(self) -> str:
        with closing(sqlite3.connect(self.var_dir / "db.sqlite3")) as database:
            return str(database.execute("SELECT state FROM telephony_delivery").fetchone()[0])

    def check(self) -> None:
        """The delivery is applied, and worker and beat said that they are alive, within a few seconds."""
        deadline = time.monotonic() + SECONDS
        while self.state_of_delivery() != "applied" or self.processes_seen() != {"worker", "beat"}:
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.1)
        assert "Traceback" not in self._log.read_text()

    def processes_seen(self) -> set[str]:
        with closing(sqlite3.connect(self.var_dir / "db.sqlite3")) as database:
            return {str(kind) for (kind,) in database.execute("SELECT kind FROM telephony_seenprocess")}

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            assert self._process.wait(15) == 0, self._log.read_text()
        finally:
            self.kill()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Worker]]:
    """A worker for each broker that is there, all at once: most of their time is waiting."""
    template = tmp_path_factory.mktemp("template")
    (template / "db.sqlite3").write_bytes(migrated_sqlite())
    left = manage(template, "shell", "-v0", "-c", LEAVE_A_DELIVERY)
    assert left.returncode == 0, left.stderr
    urls = {"built in": "filesystem://", "Redis": take_redis(), "RabbitMQ": rabbitmq_url()}
    started = {}
    for name, url in urls.items():
        if url:
            var_dir = shutil.copytree(template, tmp_path_factory.mktemp("broker") / "var")
            started[name] = Worker(var_dir, url)
    yield started
    for worker in started.values():
        worker.kill()
    if urls["Redis"]:
        give_back_redis(urls["Redis"])


@pytest.mark.parametrize("broker", ["built in", "Redis", "RabbitMQ"])
def test_what_waits_is_done_over_each_broker(workers: dict[str, Worker], broker: str) -> None:
    if broker not in workers:
        missing(f"{broker} (127.0.0.1, its standard port)")
    workers[broker].check()
    assert '"external_id": "1.10"' in manage(workers[broker].var_dir, "calls", "--json").stdout


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    """One that is ready."""
    (tmp_path / "db.sqlite3").write_bytes(migrated_sqlite())
    worker = Worker(tmp_path, "filesystem://")
    deadline = time.monotonic() + SECONDS
    while b" ready." not in (tmp_path / "worker.log").read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield worker
    worker.kill()


def test_a_worker_ends_when_told_to(worker: Worker) -> None:
    worker.stop()
    assert (worker.var_dir / "broker").is_dir()


def test_a_worker_waits_longer_than_a_page_for_its_turn_to_write(worker: Worker) -> None:
    with closing(sqlite3.connect(worker.var_dir / "db.sqlite3", timeout=SECONDS, isolation_level=None)) as database:
        # As it is since the first process opened it; to change that, a connection has to have the file for itself.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("BEGIN IMMEDIATE")
        time.sleep(14)  # A page gives up after 10; sweeps come every few seconds.
        database.execute("ROLLBACK")
    worker.stop()
    assert "locked" not in (worker.var_dir / "worker.log").read_text()
