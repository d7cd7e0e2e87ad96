"""PostgreSQL goes away while a PBX posts: it is answered as ever, and everything is applied when it is back, once."""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.faults.cluster import Cluster
from tests.faults.steady import Steady
from tests.figures import figure
from tests.load.judged import add_connection, calls_in, expected_calls, querying, stored_requests
from tests.load.workers import Program
from tests.rounds import rounds
from tests.servers import Server

pytestmark = pytest.mark.proof
IN_FULL = pytest.mark.skipif(not rounds(0, full=1), reason="Only with --full: each takes minutes.")

AWAY_SECONDS = 3.0
AWAY_SECONDS_IN_FULL = 60.0
APPLIED_WITHIN = 150.0
"""Seconds. How long it really takes, and how long a PBX waited, is printed: other tests keep the machine busy."""
PER_SECOND = 50
MakeCluster = Callable[..., Cluster]
MakeServer = Callable[..., Server]
StartWorker = Callable[[Server], Program]


def begin(
    cluster: Cluster, make_server: MakeServer, start_worker: StartWorker, **environment: str
) -> tuple[Server, str]:
    server = make_server(database_url=cluster.url, workers=2, threads=4)
    server.environment |= environment
    _, path = add_connection(server)
    start_worker(server)
    server.start()
    return server, path


def sleep_away() -> None:
    time.sleep(rounds(AWAY_SECONDS, full=AWAY_SECONDS_IN_FULL))


def wait_until_applied(server: Server, count: int) -> None:
    began = time.monotonic()
    while time.monotonic() - began < APPLIED_WITHIN:
        try:
            found = dict(querying(server)("SELECT state, count(*) FROM telephony_delivery GROUP BY state"))
        except psycopg.OperationalError:
            found = {}
        if found == {"applied": count}:
            return
        time.sleep(0.2)
    why = querying(server)(
        "SELECT attempts, next_try_at - now(), left(error, 200), count(*) FROM telephony_delivery "
        "WHERE state <> 'applied' GROUP BY 1, 2, 3 LIMIT 5"
    )
    raise AssertionError(f"Of {count} messages: {found}, {why}")


@dataclass(kw_only=True)
class Outage:
    """When it began, by the traffic's clock, and when it was over, by `time.monotonic` as well."""

    what: str
    began: float
    over: float = 0.0
    over_at: float = 0.0

    def is_over(self, sent: Steady) -> None:
        self.over, self.over_at = sent.now(), time.monotonic()


def judge(outage: Outage, server: Server, sent: Steady, *, slowest: float = 10.0) -> None:
    wait_until_applied(server, len(sent.answers))
    applied = time.monotonic() - outage.over_at
    name = f"18.2 {outage.what}, {rounds(AWAY_SECONDS, full=AWAY_SECONDS_IN_FULL):.0f} s"
    figure(name, "posts", len(sent.answers))
    figure(name, "posts not answered 200", sum(one.status != 200 for one in sent.answers) + len(sent.unanswered))
    figure(name, "worst answer", sent.worst * 1000, unit="ms")
    figure(name, "worst answer while it was away", sent.worst_between(outage.began, outage.over) * 1000, unit="ms")
    figure(name, "all applied after its return", applied, unit="s")
    assert sent.statuses() == {200}
    assert {answer.body for answer in sent.answers} == {b'{"success": true}'}
    assert sent.worst < slowest
    assert Counter(stored_requests(server)) == Counter(sent.requests())
    assert calls_in(server) == expected_calls(sent.requests())
    assert not list((Path(server.environment["VAR_DIR"]) / "spool").iterdir())


def stop(cluster: Cluster) -> Callable[[], None]:
    cluster.stop()
    return cluster.start


def hang(cluster: Cluster) -> Callable[[], None]:
    cluster.hang()
    return cluster.go_on


def fill(cluster: Cluster) -> Callable[[], None]:
    cluster.fill()

    def mend() -> None:
        cluster.make_room()
        if not cluster.is_running():
            cluster.start()

    return mend


def refuse_writes(cluster: Cluster) -> Callable[[], None]:
    def set_read_only(value: str) -> None:
        with psycopg.connect(cluster.url, autocommit=True) as database:
            database.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
            database.execute("SELECT pg_reload_conf()")

    set_read_only("on")
    return partial(set_read_only, "off")


@pytest.mark.parametrize("outage", [stop, *(pytest.param(one, marks=IN_FULL) for one in (hang, fill, refuse_writes))])
def test_an_outage(
    outage: Callable[[Cluster], Callable[[], None]],
    make_cluster: MakeCluster,
    make_server: MakeServer,
    start_worker: StartWorker,
) -> None:
    """`outage` begins it, and returns what ends it."""
    cluster = make_cluster(megabytes=300 if outage is fill else 0)
    server, path = begin(cluster, make_server, start_worker)
    with Steady(server, path, per_second=PER_SECOND) as sent:
        time.sleep(2)
        seen = Outage(what=f"PostgreSQL, {outage.__name__}", began=sent.now())
        end = outage(cluster)
        sleep_away()
        end()
        seen.is_over(sent)
        time.sleep(2)
    judge(seen, server, sent)
    assert not sent.unanswered


@IN_FULL
def test_stopped_and_a_server_that_held_a_spool_killed(
    make_cluster: MakeCluster, make_server: MakeServer, start_worker: StartWorker
) -> None:
    cluster = make_cluster()
    server, path = begin(cluster, make_server, start_worker)
    with Steady(server, path, per_second=PER_SECOND) as sent:
        time.sleep(2)
        seen = Outage(what="PostgreSQL stopped, the server killed", began=sent.now())
        cluster.stop()
        sleep_away()
    server.kill()
    assert spooled(server)
    cluster.start()
    seen.is_over(sent)
    judge(seen, server, sent)


def spooled(server: Server) -> list[Any]:
    return list((Path(server.environment["VAR_DIR"]) / "spool").glob("*.spool"))


@IN_FULL
def test_stopped_and_the_disk_of_the_spool_is_full(
    make_cluster: MakeCluster, make_server: MakeServer, start_worker: StartWorker, tmp_path: Path
) -> None:
    """Only then a PBX is told to send again, and health says why. What was acknowledged is there all the same."""
    cluster = make_cluster()
    with small_disk(tmp_path / "small", megabytes=8) as folder:
        server, path = begin(cluster, make_server, start_worker, SPOOL_DIR=str(folder))
        with Steady(server, path, per_second=PER_SECOND) as sent:
            time.sleep(2)
            cluster.stop()
            time.sleep(AWAY_SECONDS)
            fill_up(folder / "filling")
            time.sleep(AWAY_SECONDS)
            told = json.loads(server.manage("health", "--json", check=False).stdout)
            (folder / "filling").unlink()
            time.sleep(AWAY_SECONDS)
            cluster.start()
        acknowledged = [answer.request for answer in sent.answers if answer.status == 200]
        wait_until_applied(server, len(acknowledged))
        figure("18.2 PostgreSQL stopped, the spool's disk full", "acknowledged", len(acknowledged))
        figure(
            "18.2 PostgreSQL stopped, the spool's disk full",
            "asked to send again",
            len(sent.answers) - len(acknowledged),
        )
        assert {one["code"] for whole in told for one in whole["findings"]} == {"database", "spool_full"}
        assert sent.statuses() == {200, 503}
        assert not sent.unanswered
        assert Counter(stored_requests(server)) == Counter(acknowledged)
        server.stop()


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[Path]:
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], check=False).returncode:
        pytest.skip("Only root can mount a small disk.")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill_up(path: Path) -> None:
    with path.open("wb", buffering=0) as filling, suppress(OSError):
        while filling.write(bytes(4096)):
            pass
