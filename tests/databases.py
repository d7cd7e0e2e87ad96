"""Databases with the project's tables: migrated once, then copied, because migrating takes seconds."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent


RUN = "TELEPHONY_TESTS_RUN"
"""Environment variable: what the processes of one run have in common. tests/conftest.py sets it, or .ci/run for several
calls of pytest, and whoever set it drops the template at the end."""
POSTGRESQL_URL = os.environ.get("TEST_POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres")
KEPT = ROOT / ".pytest_cache" / "migrated"


@cache
def migrated_sqlite() -> bytes:
    """The file of an SQLite database with the project's tables. It is kept until the code changes."""
    path = KEPT / f"{_code()}.sqlite3"
    with _one_process("sqlite"):
        if not path.exists():
            shutil.rmtree(KEPT, ignore_errors=True)
            KEPT.mkdir(parents=True)
            with tempfile.TemporaryDirectory() as var_dir:
                _migrate(var_dir, "")
                made = Path(var_dir) / "db.sqlite3"
                with closing(sqlite3.connect(made)) as database:
                    database.execute("PRAGMA journal_mode = DELETE")  # With WAL it could not be read from memory.
                shutil.move(made, path)
        return path.read_bytes()


def _code() -> str:
    """A hash of all that a database may be made of."""
    files = [*(ROOT / "requirements").glob("*.txt")]
    files += (path for package in ("config", "crm", "telephony") for path in (ROOT / package).rglob("*.py"))
    return sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()[:16]


@contextmanager
def _one_process(what: str) -> Iterator[None]:
    """The others of this checkout wait: two would do the same work twice."""
    folder = ROOT / ".pytest_cache"
    folder.mkdir(exist_ok=True)
    with (folder / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def postgresql_template(server_url: str) -> str:
    """The name of a database with the project's tables, to be copied on the same server: one for the whole run."""
    name = f"telephony_tables_{os.environ[RUN]}"
    with _one_process("postgresql"), psycopg.connect(server_url, autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(f'CREATE DATABASE "{name}"')
            with tempfile.TemporaryDirectory() as var_dir:
                _migrate(var_dir, server_url.rpartition("/")[0] + "/" + name)
    return name


def drop_postgresql_template(server_url: str) -> None:
    """At the end of a run."""
    with suppress(psycopg.OperationalError), psycopg.connect(server_url, autocommit=True, connect_timeout=3) as server:
        server.execute(f'DROP DATABASE IF EXISTS "telephony_tables_{os.environ[RUN]}" WITH (FORCE)')


_PREFIX = f"telephony_test_{secrets.token_hex(6)}"
_free_names: list[str] = []
_numbers = count()


@contextmanager
def postgresql_database(server_url: str, template: str = "template1") -> Iterator[tuple[str, str]]:
    """The name and the address of a copy of the template; it is dropped afterwards.

    The next one has its name: who has the address among its settings finds the project loaded (var_folders.py).
    """
    name = _free_names.pop() if _free_names else f"{_PREFIX}_{next(_numbers)}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield name, server_url.rpartition("/")[0] + "/" + name
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            _free_names.append(name)


def _migrate(var_dir: str, database_url: str) -> None:
    environment = {**os.environ, "VAR_DIR": var_dir, "DATABASE_URL": database_url}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, timeout=600, check=True)


if __name__ == "__main__":
    drop_postgresql_template(POSTGRESQL_URL)
