"""Fixtures for all tests."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.utils import translation

from tests.servers import Server
from tests.services import missing

POSTGRESQL_URL = os.environ.get("TEST_POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres")


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A request in Russian leaves its language to whatever runs next in the same thread."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def postgresql() -> str:
    """The address of a PostgreSQL server on which databases can be made."""
    try:
        psycopg.connect(POSTGRESQL_URL, connect_timeout=3).close()
    except psycopg.OperationalError:
        missing("PostgreSQL (TEST_POSTGRESQL_URL)")
    return POSTGRESQL_URL


@pytest.fixture
def postgresql_database(postgresql: str) -> Iterator[str]:
    """The address of an empty database that is dropped afterwards."""
    name = f"telephony_test_{secrets.token_hex(6)}"
    with psycopg.connect(postgresql, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        yield postgresql.rpartition("/")[0] + "/" + name
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Makes servers (migrated, not started); all of them are stopped at the end."""
    servers: list[Server] = []

    def make(**options: object) -> Server:
        server = Server(var_dir=tmp_path / f"var{len(servers)}", **options)  # type: ignore[arg-type]
        server.manage("migrate", "-v0")
        servers.append(server)
        return server

    yield make
    for server in servers:
        server.stop()
