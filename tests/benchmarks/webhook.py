"""What a webhook costs: `python -m tests.benchmarks.webhook`; README.md says how to read the table."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.benchmarks.statements import KINDS
from tests.load.judged import add_connection
from tests.load.traffic import Request, call_of_12_events, post_all
from tests.servers import ROOT, Server

POSTGRESQL_URL = os.environ.get("TEST_POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres")
SETTINGS = "tests.benchmarks.settings"
FILL = """
from django.contrib.auth import get_user_model
from telephony.models import Connection, Extension
users = [get_user_model().objects.create(username=f"u{number}") for number in range(101, 106)]
connection = Connection.objects.get()
Extension.objects.bulk_create(Extension(connection=connection, user=user, number=user.username[1:]) for user in users)
"""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Of one request, on average. CPU in milliseconds."""

    per_second: float
    app_cpu: float
    database_cpu: float
    p50: float
    p99: float


def cpu_seconds(pids: list[int]) -> float:
    """User and system time that these processes have used."""
    used = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        except FileNotFoundError:
            continue
        used += int(fields[11]) + int(fields[12])
    return used / TICKS


def server_pids(server: Server) -> list[int]:
    """The server's main process and its workers: they are one process group."""
    group = server._process.pid if server._process else 0
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if _group_of(pid) == group]


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def backend_pids(url: str) -> list[int]:
    """PostgreSQL's processes for this database; they have to be on this machine to be measured."""
    if not url:
        return []
    with psycopg.connect(url) as connection:
        sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        return [pid for (pid,) in connection.execute(sql)]


def measure(server: Server, path: str, requests: list[Request], posters: int) -> Cost:
    app, database = server_pids(server), backend_pids(server.environment["DATABASE_URL"])
    before = cpu_seconds(app), cpu_seconds(database)
    begun = time.perf_counter()
    answers = post_all(server, path, requests, posters=posters)
    elapsed = time.perf_counter() - begun
    assert {answer.status for answer in answers} == {200}
    waits = sorted(answer.seconds for answer in answers)
    return Cost(
        per_second=len(requests) / elapsed,
        app_cpu=(cpu_seconds(app) - before[0]) / len(requests) * 1000,
        database_cpu=(cpu_seconds(database) - before[1]) / len(requests) * 1000,
        p50=waits[len(waits) // 2] * 1000,
        p99=waits[len(waits) * 99 // 100] * 1000,
    )


def run(name: str, url: str, count: int, threads: int, posters: int) -> None:
    with tempfile.TemporaryDirectory() as var_dir:
        server = Server(var_dir=Path(var_dir), database_url=url, workers=2, threads=threads)
        server.environment["DJANGO_SETTINGS_MODULE"] = SETTINGS
        server.manage("migrate", "-v0")
        _, path = add_connection(server)
        server.manage("shell", "-v0", "-c", FILL)
        statements = count_statements(server, path)
        server.start()
        try:
            costs = measure_all(server, path, count, posters)
        finally:
            server.stop()
    title = f"{name}: 2 processes, {threads} thread(s) each, {posters} posters, {count} requests of a kind"
    sys.stdout.write(table(title, costs, statements))


def measure_all(server: Server, path: str, count: int, posters: int) -> dict[str, Cost]:
    calls = [call_of_12_events(number) for number in range(count + 100)]
    measured, warm_up = calls[:count], calls[count:]
    for _, place in KINDS:
        post_all(server, path, [call[place] for call in warm_up], posters=posters)
    post_all(server, "/bare/", [call[0] for call in warm_up], posters=posters)
    costs = {"bare view": measure(server, "/bare/", [call[0] for call in measured], posters)}
    for kind, place in KINDS:
        costs[kind] = measure(server, path, [call[place] for call in measured], posters)
    return costs


def count_statements(server: Server, path: str) -> dict[str, list[str]]:
    command = [sys.executable, "-m", "tests.benchmarks.statements", path]
    done = subprocess.run(command, cwd=ROOT, env=server.environment, capture_output=True, text=True, check=True)
    counted: dict[str, list[str]] = json.loads(done.stdout)
    return counted


def table(title: str, costs: dict[str, Cost], statements: dict[str, list[str]]) -> str:
    bare = costs["bare view"].app_cpu
    lines = ["", title]
    lines.append(
        f"{'':14}{'per s':>8}{'app CPU ms':>12}{'x bare':>8}{'db CPU ms':>11}{'p50 ms':>8}{'p99 ms':>8}{'SQL':>5}"
    )
    for kind, cost in costs.items():
        lines.append(
            f"{kind:14}{cost.per_second:8.0f}{cost.app_cpu:12.2f}{cost.app_cpu / bare:8.1f}{cost.database_cpu:11.2f}"
            f"{cost.p50:8.1f}{cost.p99:8.1f}{len(statements.get(kind, ())):5}"
        )
    for kind, sql in statements.items():
        lines += ["", f"{kind}:", *(f"  {statement}" for statement in sql)]
    return "\n".join(lines) + "\n"


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    name = f"telephony_benchmark_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield server_url.rpartition("/")[0] + "/" + name
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1000, help="of each kind (default: 1000)")
    parser.add_argument("--posters", type=int, default=4, help="threads that post (default: 4)")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], help="one database")
    options = parser.parse_args()
    if options.only != "postgresql":
        run("SQLite", "", options.requests, threads=1, posters=options.posters)
    if options.only != "sqlite":
        with fresh_database(POSTGRESQL_URL) as url:
            run("PostgreSQL", url, options.requests, threads=2, posters=options.posters)


if __name__ == "__main__":
    main()
