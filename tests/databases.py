"""Databases with the project's tables: migrated once, then copied, because migrating takes seconds."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent


@cache
def migrated_sqlite() -> bytes:
    """The file of an SQLite database with the project's tables."""
    with tempfile.TemporaryDirectory() as var_dir:
        _migrate(var_dir, "")
        return (Path(var_dir) / "db.sqlite3").read_bytes()


@contextmanager
def postgresql_template(server_url: str) -> Iterator[str]:
    """The name of a database with the project's tables, to be copied on the same server."""
    with postgresql_database(server_url) as (name, url):
        with tempfile.TemporaryDirectory() as var_dir:
            _migrate(var_dir, url)
        yield name


@contextmanager
def postgresql_database(server_url: str, template: str = "template1") -> Iterator[tuple[str, str]]:
    """The name and the address of a copy of the template; it is dropped afterwards."""
    name = f"telephony_test_{secrets.token_hex(6)}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield name, server_url.rpartition("/")[0] + "/" + name
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _migrate(var_dir: str, database_url: str) -> None:
    environment = {**os.environ, "VAR_DIR": var_dir, "DATABASE_URL": database_url}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, timeout=120, check=True)
