"""Fixtures for all tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils import translation

from tests.databases import postgresql_database as postgresql_database_of
from tests.databases import postgresql_template
from tests.servers import Server
from tests.services import missing

POSTGRESQL_URL = os.environ.get("TEST_POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that start servers go first, those under load before all: no worker is left with a long one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path not in slow, item.path.parent.name != "load"))


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A request in Russian leaves its language to whatever runs next in the same thread."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session", autouse=True)
def groups_come_back() -> Iterator[None]:
    """A test that commits is cleaned up after by emptying all tables: of what migrations wrote, too."""
    dispatch_uid = "tests: groups come back"
    post_migrate.connect(_make_groups, dispatch_uid=dispatch_uid)
    yield
    post_migrate.disconnect(dispatch_uid=dispatch_uid)


_MAKERS = {
    "telephony": ("telephony.migrations.0003_groups", "make_groups"),
    "crm": ("crm.migrations.0003_rights", "give_rights"),
}


def _make_groups(app_config: AppConfig, using: str, **_: object) -> None:
    if app_config.label in _MAKERS:
        module, name = _MAKERS[app_config.label]
        editor = SimpleNamespace(connection=connections[using])
        getattr(import_module(module), name)(apps, editor)


@pytest.fixture(scope="session")
def postgresql() -> str:
    """The address of a PostgreSQL server on which databases can be made."""
    try:
        psycopg.connect(POSTGRESQL_URL, connect_timeout=3).close()
    except psycopg.OperationalError:
        missing("PostgreSQL (TEST_POSTGRESQL_URL)")
    return POSTGRESQL_URL


@pytest.fixture(scope="session")
def postgresql_tables(postgresql: str) -> Iterator[str]:
    """The name of a database with the project's tables."""
    with postgresql_template(postgresql) as name:
        yield name


@pytest.fixture
def postgresql_database(postgresql: str, postgresql_tables: str) -> Iterator[str]:
    """The address of a database with the project's tables and no rows; it is dropped afterwards."""
    with postgresql_database_of(postgresql, template=postgresql_tables) as (_name, url):
        yield url


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Makes servers (with tables, not started); all of them are stopped at the end."""
    servers: list[Server] = []

    def make(**options: object) -> Server:
        server = Server(var_dir=tmp_path / f"var{len(servers)}", **options)  # type: ignore[arg-type]
        server.make_tables()
        servers.append(server)
        return server

    yield make
    for server in servers:
        server.stop()
