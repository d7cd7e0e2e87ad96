"""Two servers and two workers on one database, one of each killed: nothing stops, and scheduled jobs run once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.deploy.nginx import Nginx, running
from tests.e2e.browser import run
from tests.faults.steady import Steady
from tests.figures import figure
from tests.load.judged import add_connection, calls_in, expected_calls, querying
from tests.load.workers import Program, celery
from tests.servers import Server
from tests.summary.smtp import MailServer
from tests.summary.test_workers import ORDER, STATES

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]
PER_SECOND = 50
MAILS = 20
WITHIN = 240.0
"""Seconds: a mail that a killed worker had in hand waits two minutes. How long it really takes is printed."""


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.close()


@pytest.fixture
def servers(
    make_server: Callable[..., Server], postgresql_database: str, redis_url: str, mail: MailServer
) -> tuple[Server, Server]:
    first, second = (make_server(database_url=postgresql_database, threads=4) for _ in range(2))
    first.environment |= {
        "CELERY_BROKER_URL": redis_url,
        "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}",
    }
    second.environment |= first.environment
    return first, second


@pytest.fixture
def nginx(servers: tuple[Server, Server], tmp_path: Path) -> Iterator[Nginx]:
    """As config/deploy has it: the second server takes what the first one can't."""
    first, second = servers
    first.start()
    second.start()
    (tmp_path / "nginx").mkdir()
    ports = {"8002": first.port, "8000": second.port, "8001": second.port}
    with running(first, tmp_path / "nginx", ports=ports) as made:
        yield made


@pytest.fixture
def workers(servers: tuple[Server, Server], tmp_path: Path) -> Iterator[list[Program]]:
    """Two, and beat."""
    of_worker = ("worker", "--pool", "threads", "--concurrency", "8")
    commands = [celery(*of_worker, "--hostname", "a@%h"), celery(*of_worker, "--hostname", "b@%h"), celery("beat")]
    programs = [
        Program(servers[0].environment, tmp_path / f"{number}.log", *command) for number, command in enumerate(commands)
    ]
    for program in programs:
        program.start()
    yield programs
    for program in programs:
        program.stop()


def wait(what: str, is_so: Callable[[], bool]) -> float:
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < WITHIN, what
        time.sleep(0.2)
    return time.monotonic() - began


def test_one_of_each_is_killed(
    servers: tuple[Server, Server], nginx: Nginx, workers: list[Program], mail: MailServer
) -> None:
    first, second = servers
    query = querying(second)
    _, path = add_connection(second)
    seen = "SELECT count(*) FROM telephony_seenprocess WHERE kind = 'worker' AND seen_at > now() - interval '100 s'"
    wait("two workers", lambda: query(seen) == [(2,)])
    with Steady(nginx, path, per_second=PER_SECOND) as sent:
        time.sleep(2)
        first.kill()
        run(second, ORDER.format(count=MAILS))
        wait("the first mails", lambda: bool(mail.mails))
        workers[0].kill()
        time.sleep(5)
    assert not sent.unanswered
    assert sent.statuses() == {200}
    left = "SELECT count(*) FROM telephony_delivery WHERE state <> 'applied'"
    taken = wait("all applied", lambda: query(left) == [(0,)])
    assert calls_in(second) == expected_calls(sent.requests())
    each_mail_went_once(second, mail)
    name = "18.6 one of two servers and workers killed"
    figure(name, "posts answered 200", len(sent.answers))
    figure(name, "worst answer", sent.worst * 1000, unit="ms")
    figure(name, "all applied after the last post", taken, unit="s")


def each_mail_went_once(server: Server, mail: MailServer) -> None:
    """Of one whose worker was killed on the way it is told that it was perhaps sent; none goes twice."""

    def states() -> list[str]:
        found: list[str] = run(server, STATES).split()
        return found

    wait("all mails", lambda: len(states()) == MAILS and set(states()) <= {"sent", "unclear"})
    # What Health finds meanwhile may be mailed, too.
    ids = [name for one in mail.mails if (name := str(one["Message-ID"])).startswith("<report-")]
    assert len(ids) == len(set(ids))
    assert states().count("sent") <= len(ids) <= MAILS
