"""Each part of a running installation taken away: /readyz, `health --json` and the page say it, and then no more."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.browser import add_person, log_in
from tests.faults.cluster import Cluster
from tests.faults.installation import WITHIN, Installation, until
from tests.rounds import rounds
from tests.rows import rows
from tests.servers import Server, free_port
from tests.services import missing

pytestmark = pytest.mark.proof
IN_FULL = bool(rounds(0, full=1))
"""Waiting for the silence of processes takes three minutes."""
AGED = "UPDATE telephony_seenprocess SET seen_at = seen_at - interval '65 seconds'"
"""A process counts as gone after 100 seconds: after this it does 35 later, and a living one speaks each 30."""

TOLD = "SELECT 1 FROM telephony_alarm WHERE code = 'broker' AND told_at IS NOT NULL"


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
    until(lambda: not at.ready() and not at.codes(), "The beginning", 60)
    with rows() as row:
        for name, break_it, mend, part, code, on_page in PARTS:
            if part in ("worker", "broker") and not IN_FULL:
                continue
            with row(name):
                began = time.monotonic()
                break_it(at)
                patience = WITHIN + (40 if "hung" in name or "killed" in name else 0)
                try:
                    until(lambda p=part: not p or p in at.ready(), f"/readyz: {part}", patience)
                    named = time.monotonic() - began
                    until(lambda c=code: not c or c in at.codes(), f"health: {code}")
                    until(lambda o=on_page: o in at.get("/telephony/health/")[1], f"page: {on_page}")
                    if part == "broker":
                        until(lambda: at.execute(TOLD), "Nobody is told without the broker", 80)
                finally:
                    mended = time.monotonic()
                    mend(at)
                until(lambda: not at.ready() and not at.codes(), f"{name}, mended", 90)
                if on_page:
                    until(lambda o=on_page: o not in at.get("/telephony/health/")[1], f"page, mended: {name}")
                print(f"\n{name}: named after {named:.1f} s, gone {time.monotonic() - mended:.1f} s after")  # noqa: T201
