"""CPU that a server and its database used, of /proc (Linux): in nanoseconds, by the scheduler's own count."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.processes import of_groups
from tests.servers import Server

POSTGRESQL_URL = os.environ.get("TEST_POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres")
Used = dict[int, int]
"""By thread."""


class Meter:
    """Of one server: its main process, its workers, and PostgreSQL's processes that work for its database."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._database = server.environment["DATABASE_URL"]

    def read(self) -> tuple[Used, Used]:
        """The application's and the database's; PostgreSQL has to be on this machine. With SQLite it is one."""
        return used_by(self._app_pids()), used_by(self._backends())

    def milliseconds_since(self, before: tuple[Used, Used]) -> tuple[float, float]:
        """A thread that began meanwhile counts whole."""
        app, database = (
            sum(used - was.get(thread, 0) for thread, used in now.items())
            for was, now in zip(before, self.read(), strict=True)
        )
        return app / 1e6, database / 1e6

    def _app_pids(self) -> list[int]:
        """The server and what it started are one process group."""
        group = self._server._process.pid if self._server._process else 0
        return of_groups({group})

    def _backends(self) -> list[int]:
        if not self._database:
            return []
        with psycopg.connect(self._database) as connection:
            sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            return [pid for (pid,) in connection.execute(sql)]


def used_by(pids: list[int]) -> Used:
    """Nanoseconds of CPU, user and system, since their threads began."""
    used = {}
    for pid in pids:
        for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                used[int(file.parent.name)] = int(file.read_text().split()[0])
            except OSError:  # It ended.
                continue
    return used


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """An empty database of its own; the next one with the same server has another name."""
    name = f"telephony_benchmark_{os.getpid()}_{os.urandom(3).hex()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield server_url.rpartition("/")[0] + "/" + name
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
