"""Fixtures for all tests."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import translation

from tests.cleaning import django_db_modify_db_settings, groups_come_back, tables_as_migrated  # noqa: F401
from tests.databases import POSTGRESQL_URL, RUN, drop_postgresql_template, postgresql_template
from tests.databases import postgresql_database as postgresql_database_of
from tests.garbage import spare_what_is_loaded
from tests.properties import profiles  # noqa: F401  (before any test says how many examples it wants)
from tests.rounds import FULL
from tests.servers import Server
from tests.services import give_back_redis, missing, take_redis
from tests.var_folders import var_folder

_FIRST = (
    "faults/test_two_of_each.py",
    "e2e/test_canary.py",
    "asterisk/test_stories.py",
    "desk/test_live_server.py",
    "canary/test_echo.py",
    "surface/test_matrix.py",
    "surface/test_done_once.py",
    "e2e/test_cards.py",
    "config/test_demo.py",
    "load/test_recordings_sigkill.py",
    "load/test_starvation.py",
    "canary/test_canary.py",
    "asterisk/test_agent.py",
    "config/test_worker.py",
    "e2e/test_main_pages.py",
    "e2e/test_cards_room.py",
    "deploy/test_install.py",
    "deploy/test_backup.py",
    "faults/test_readiness.py",
    "faults/test_kills.py",
    "test_standalone.py",
    "load/test_statements.py",
    "faults/test_redis_away.py",
    "simulator/test_command.py",
    "recordings/test_fetchers.py",
    "e2e/test_import.py",
    "e2e/test_unanswered.py",
    "e2e/test_desk.py",
    "http/test_island.py",
    "admin/test_two_worlds.py",
    "surface/test_sweep.py",
)
"""The files that take longest, from the clock: whatever comes last, the others wait for."""
_run_is_ours = RUN not in os.environ


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="proofs with all their rounds (with -m proof): about an hour")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: of its time each spends a sixth with waiting."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--full"):
        os.environ[FULL] = "1"
    os.environ.setdefault(RUN, secrets.token_hex(6))


def pytest_unconfigure(config: pytest.Config) -> None:
    if _run_is_ours and not hasattr(config, "workerinput"):
        drop_postgresql_template(POSTGRESQL_URL)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Of a lane of proofs, files without any are not even imported: that takes each worker many seconds."""
    if config.option.markexpr != "proof" or not collection_path.name.startswith("test_"):
        return None
    return "mark.proof" not in collection_path.read_text() or None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long goes first, so that no worker is left with it at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("proof")}
    items.sort(key=lambda item: (_place(item.path), item.path not in slow, item.path.parent.name != "load"))


def pytest_collection_finish() -> None:
    spare_what_is_loaded()


def _place(path: Path) -> int:
    name = path.relative_to(Path(__file__).parent).as_posix()
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A request in Russian leaves its language to whatever runs next in the same thread."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def own_quota(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test's connection sent is not another's, and is settled where a test of that asks for it."""
    from telephony.intake import quota

    monkeypatch.setattr(quota, "SETTLED_EVERY", 1e9)
    yield
    quota.forget()


@pytest.fixture
def exports_folder(settings: Any, tmp_path: Path) -> Path:
    """Excel files of this test lie there."""
    folder = tmp_path / "exports"
    folder.mkdir()
    settings.TELEPHONY_EXPORTS_DIR = folder
    return folder


@pytest.fixture
def own_storage(settings: Any, tmp_path: Path) -> Path:
    """Recordings lie in this folder."""
    place = tmp_path / "recordings"
    storage = {"BACKEND": "telephony.recordings.storage.WholeFileStorage", "OPTIONS": {"location": str(place)}}
    settings.STORAGES = {**settings.STORAGES, "recordings": storage}
    return place


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """A hash of a password is meant to take long: half a second for each person that a test makes."""
    cheap = "django.contrib.auth.hashers.MD5PasswordHasher"
    with override_settings(PASSWORD_HASHERS=[cheap, *settings.PASSWORD_HASHERS]):
        yield


@pytest.fixture(scope="session", autouse=True)
def static_files_when_asked_for() -> Iterator[None]:
    """Else the first request of each test's client looks at every static file: 18 ms, thousands of times."""
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


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
    """The address of a database with the project's tables and no rows; it is dropped afterwards."""
    with postgresql_database_of(postgresql, template=postgresql_template(postgresql)) as (_name, url):
        yield url


@pytest.fixture
def redis_url() -> Iterator[str]:
    """The address of a Redis database that nobody else has until the test has ended."""
    url = take_redis() or missing("Redis")
    yield url
    give_back_redis(url)


@pytest.fixture(scope="session", autouse=True)
def no_spool() -> Iterator[None]:
    """What can't be stored is not kept elsewhere, but where a test wants it to be."""
    with override_settings(TELEPHONY_SPOOL_DIR=None):
        yield


@pytest.fixture
def make_server() -> Iterator[Callable[..., Server]]:
    """Makes servers (with tables, not started); all of them are stopped at the end."""
    with ExitStack() as at_the_end:

        def make(**options: object) -> Server:
            server = Server(var_dir=at_the_end.enter_context(var_folder()), **options)  # type: ignore[arg-type]
            at_the_end.callback(server.stop)
            server.make_tables()
            return server

        yield make


@pytest.fixture(scope="module")
def new_var_dir() -> Iterator[Callable[[], Path]]:
    """Makes folders for VAR_DIR that servers of a module have."""
    with ExitStack() as at_the_end:
        yield lambda: at_the_end.enter_context(var_folder())
