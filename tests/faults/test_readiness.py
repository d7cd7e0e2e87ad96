"""Each part of a running installation taken away: /readyz, `health --json` and the page say it, and then no more."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from tests.e2e.browser import add_person, log_in
from tests.faults.cluster import Cluster
from tests.load.workers import Program, celery
from tests.rounds import rounds
from tests.rows import rows
from tests.servers import Server, free_port
from tests.services import missing

pytestmark = pytest.mark.proof
WITHIN = 25.0
"""Seconds, besides those that a process may be silent."""
IN_FULL = bool(rounds(0, full=1))
"""Waiting for the silence of processes takes three minutes."""
AGED = "UPDATE telephony_seenprocess SET seen_at = seen_at - interval '65 seconds'"
"""A process counts as gone after 100 seconds: after this it does 35 later, and a living one speaks each 30."""

TOLD = "SELECT 1 FROM telephony_alarm WHERE code = 'broker' AND told_at IS NOT NULL"


@dataclass(kw_only=True)
class Installation:
    cluster: Cluster
    server: Server
    folder: Path
    redis_port: int
    programs: dict[str, Program] = field(default_factory=dict)
    redis: subprocess.Popen[bytes] | None = None
    cookie: str = ""

    def start_redis(self) -> None:
        words = ("--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder))
        self.redis = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)
        with redis.Redis(port=self.redis_port) as line:
            _until(lambda: _answers(line), "Redis")

    def stop_redis(self) -> None:
        assert self.redis is not None
        self.redis.kill()
        self.redis.wait()

    def start(self, name: str) -> None:
        words = {"worker": ("worker", "--pool", "threads", "--concurrency", "24"), "beat": ("beat",)}[name]
        program = Program(self.server.environment, self.folder / f"{name}.log", *celery(*words))
        self.programs[name] = program
        program.start()

    def signal(self, name: str, number: signal.Signals) -> None:
        process = self.programs[name]._process
        assert process is not None
        process.send_signal(number)

    def execute(self, statement: str) -> bool:
        """Whether it is about any row."""
        with psycopg.connect(self.cluster.url, autocommit=True) as line:
            return bool(line.execute(statement).rowcount)

    def get(self, path: str) -> tuple[int, str]:
        line = HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            line.request("GET", path, headers={"Cookie": self.cookie, "Accept": "text/html"})
            answer = line.getresponse()
            return answer.status, answer.read().decode()
        finally:
            line.close()

    def ready(self) -> dict[str, str]:
        """What is missing, by the name of the part."""
        status, body = self.get("/readyz")
        told = json.loads(body)
        assert (status == 200) is told["ok"]
        return {name: text for name, text in told["checks"].items() if text != "ok"}

    def codes(self) -> set[str]:
        done = self.server.manage("health", "--json", check=False)
        return {one["code"] for whole in json.loads(done.stdout) for one in whole["findings"]}

    def stop(self) -> None:
        for name, program in self.programs.items():
            with suppress(ProcessLookupError):
                self.signal(name, signal.SIGCONT)
            program.stop()
        self.server.stop()
        if self.redis is not None and self.redis.poll() is None:
            self.stop_redis()


@pytest.fixture
def installation(make_cluster: Callable[..., Cluster], tmp_path: Path) -> Iterator[Installation]:
    if shutil.which("redis-server") is None:
        missing("redis-server")
    small = tmp_path / "recordings"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", small], check=False).returncode:
        pytest.skip("Only root can mount a small disk.")
    cluster, port = make_cluster(), free_port()
    server = Server(var_dir=tmp_path / "var", database_url=cluster.url, threads=4)
    server.environment |= {"CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0", "RECORDINGS_DIR": str(small)}
    server.environment |= {"TELEPHONY_DISK_FLOOR_MB": "1"}
    made = Installation(cluster=cluster, server=server, folder=tmp_path, redis_port=port)
    try:
        server.manage("migrate", "-v0")
        made.start_redis()
        made.start("worker")
        made.start("beat")
        server.start()
        add_person(server, "root", is_superuser=True)
        cookie = log_in(server, "root")
        made.cookie = f"{cookie['name']}={cookie['value']}"
        yield made
    finally:
        made.stop()
        subprocess.run(["umount", "--lazy", small], check=True)


Step = Callable[[Installation], None]


def _none(_: Any) -> None:
    return None


def _full(at: Installation) -> None:
    with (Path(at.server.environment["RECORDINGS_DIR"]) / "filling").open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass


def _room(at: Installation) -> None:
    (Path(at.server.environment["RECORDINGS_DIR"]) / "filling").unlink()


def _gone(name: str, number: signal.Signals) -> Step:
    def step(at: Installation) -> None:
        at.signal(name, number)
        at.execute(AGED)

    return step


def _again(name: str) -> Step:
    def step(at: Installation) -> None:
        at.programs[name].stop()
        at.start(name)

    return step


FORGOTTEN = "CREATE TABLE kept AS SELECT * FROM django_migrations WHERE app = 'crm'"
# what is broken, how, how mended; the part that /readyz names, the code of the finding, what the page says
PARTS: list[tuple[str, Step, Step, str, str, str]] = [
    (
        "migrations missing",
        lambda at: _none([at.execute(one) for one in (FORGOTTEN, "DELETE FROM django_migrations WHERE app = 'crm'")]),
        lambda at: _none(at.execute("INSERT INTO django_migrations SELECT * FROM kept")),
        *("migrations", "migrations", "manage.py migrate"),
    ),
    (
        "a table missing",
        lambda at: _none(at.execute("ALTER TABLE telephony_alarm RENAME TO elsewhere")),
        lambda at: _none(at.execute("ALTER TABLE elsewhere RENAME TO telephony_alarm")),
        *("", "", "manage.py migrate"),
    ),
    ("storage full", _full, _room, *("storage", "disk_full", 'data-code="disk_full"')),
    (
        "worker hung",
        _gone("worker", signal.SIGSTOP),
        lambda at: at.signal("worker", signal.SIGCONT),
        *("worker", "no_worker", 'data-code="no_worker"'),
    ),
    (
        "worker killed",
        _gone("worker", signal.SIGKILL),
        _again("worker"),
        *("worker", "no_worker", 'data-code="no_worker"'),
    ),
    ("beat killed", _gone("beat", signal.SIGKILL), _again("beat"), *("worker", "no_beat", 'data-code="no_beat"')),
    (
        "broker away",
        lambda at: at.stop_redis(),
        lambda at: at.start_redis(),
        *("broker", "broker", 'data-code="broker"'),
    ),
    (
        "database away",
        lambda at: at.cluster.stop(),
        lambda at: at.cluster.start(),
        *("database", "database", "DATABASE_URL"),
    ),
    (
        "database hung",
        lambda at: at.cluster.hang(),
        lambda at: at.cluster.go_on(),
        *("database", "", "DATABASE_URL"),
    ),
]


def test_each_part_is_missed_and_found_again(installation: Installation) -> None:
    at = installation
    _until(lambda: not at.ready() and not at.codes(), "The beginning", 60)
    with rows() as row:
        for name, break_it, mend, part, code, on_page in PARTS:
            if part in ("worker", "broker") and not IN_FULL:
                continue
            with row(name):
                began = time.monotonic()
                break_it(at)
                patience = WITHIN + (40 if "hung" in name or "killed" in name else 0)
                try:
                    _until(lambda p=part: not p or p in at.ready(), f"/readyz: {part}", patience)
                    named = time.monotonic() - began
                    _until(lambda c=code: not c or c in at.codes(), f"health: {code}")
                    _until(lambda o=on_page: o in at.get("/telephony/health/")[1], f"page: {on_page}")
                    if part == "broker":
                        _until(lambda: at.execute(TOLD), "Nobody is told without the broker", 80)
                finally:
                    mended = time.monotonic()
                    mend(at)
                _until(lambda: not at.ready() and not at.codes(), f"{name}, mended", 90)
                if on_page:
                    _until(lambda o=on_page: o not in at.get("/telephony/health/")[1], f"page, mended: {name}")
                print(f"\n{name}: named after {named:.1f} s, gone {time.monotonic() - mended:.1f} s after")  # noqa: T201


def _answers(line: Any) -> bool:
    with suppress(redis.ConnectionError):
        return bool(line.ping())
    return False


def _until(holds: Callable[[], bool], what: str, seconds: float = WITHIN) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.3)
