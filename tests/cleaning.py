"""Fixtures: the tests' own database as migrations leave it, at the beginning and after each test that commits."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import AppConfig, apps
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.test import TransactionTestCase

from tests.databases import migrated_sqlite


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """The tests' own database in memory begins with the project's tables: migrating it then takes no time."""
    if _are_the_projects_own():
        connection_created.connect(_fill)
    yield
    connection_created.disconnect(_fill)


def _fill(connection: BaseDatabaseWrapper, **_: object) -> None:
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        target = connection.connection
        if not target.execute("SELECT 1 FROM sqlite_master").fetchone():
            _migrated().backup(target)


def _are_the_projects_own() -> bool:
    """Not those of another project that has telephony in it (test_standalone.py)."""
    return os.environ["DJANGO_SETTINGS_MODULE"] == "config.settings"


@cache
def _migrated() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:", check_same_thread=False)
    made.deserialize(migrated_sqlite())
    return made


@pytest.fixture(scope="session", autouse=True)
def tables_as_migrated() -> Iterator[None]:
    """After a test that commits. Django empties each table and makes its permissions anew: 120 ms, for each test."""
    empty = TransactionTestCase._fixture_teardown

    def restore(case: TransactionTestCase) -> None:
        for name in case._databases_names(include_mirrors=False):  # type: ignore[attr-defined]
            connection = connections[name]
            if connection.vendor == "postgresql":
                # knox's own table of keys, in whose place the project has one, names users: Django knows nothing of it.
                call_command("flush", verbosity=0, interactive=False, database=name, allow_cascade=True)
                continue
            if connection.vendor != "sqlite" or not connection.is_in_memory_db() or not _are_the_projects_own():
                empty(case)
                return
            connection.ensure_connection()
            _migrated().backup(connection.connection)

    TransactionTestCase._fixture_teardown = restore  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = empty  # type: ignore[method-assign]


@pytest.fixture(scope="session", autouse=True)
def groups_come_back() -> Iterator[None]:
    """In another database than SQLite's, which is emptied: of what migrations wrote, too."""
    dispatch_uid = "tests: groups come back"
    post_migrate.connect(_make_groups, dispatch_uid=dispatch_uid)
    yield
    post_migrate.disconnect(dispatch_uid=dispatch_uid)


_MAKERS = (
    ("telephony.migrations.0003_groups", "make_groups"),
    ("crm.migrations.0003_rights", "give_rights"),
    ("config.migrations.0003_log_of_changes", "let_see"),
    ("config.migrations.0001_employees", "give_rights"),
    ("telephony.migrations.0024_export_journal", "let_see"),
    ("telephony.migrations.0030_missed_items", "let_make_rules"),
    ("telephony.migrations.0031_working_hours", "let_set_hours"),
    ("telephony.migrations.0038_report_mails", "let_order"),
    ("telephony.migrations.0039_rules_after_a_call", "let_make_rules"),
    ("crm.migrations.0012_api_keys", "let_administrators_see"),
)
"""In the order of the migrations."""


def _make_groups(app_config: AppConfig, using: str, **_: object) -> None:
    if app_config is not list(apps.get_app_configs())[-1]:
        return
    for module, name in _MAKERS:
        if apps.is_installed(module.partition(".")[0]):
            getattr(import_module(module), name)(apps, SimpleNamespace(connection=connections[using]))
