"""What browsers are told stands in rows; PostgreSQL wakes their readers with the same statement."""

from __future__ import annotations

from collections.abc import Iterator

import environ
import psycopg
import pytest
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django import DjangoDbBlocker

from telephony.cards import live
from telephony.database import cursors, writing
from telephony.database.writing import columns
from telephony.models import LiveEvent


@pytest.fixture
def on_postgresql(
    postgresql_database: str, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker
) -> Iterator[BaseDatabaseWrapper]:
    """What is written goes to a PostgreSQL database in place of the tests' own."""
    options = {**connections["default"].settings_dict, **environ.Env.db_url_config(postgresql_database), "OPTIONS": {}}
    monkeypatch.setitem(connections.settings, "postgresql", options)
    connection = connections.create_connection("postgresql")
    monkeypatch.setattr(writing, "connection", connection)
    for part in (cursors, columns):
        monkeypatch.setattr(part, "connections", {DEFAULT_DB_ALIAS: connection})
    with django_db_blocker.unblock():
        yield connection
        connection.close()


@pytest.mark.postgresql
def test_readers_are_woken_when_it_is_committed(on_postgresql: BaseDatabaseWrapper, postgresql_database: str) -> None:
    with psycopg.connect(postgresql_database, autocommit=True) as reader:
        reader.execute(f"LISTEN {live.CHANNEL}")
        live.publish(users=[], content={"call": 7}, board=True)
        assert [note.channel for note in reader.notifies(timeout=5, stop_after=1)] == [live.CHANNEL]
        assert reader.execute("SELECT user_id, topic FROM telephony_liveevent").fetchall() == [(None, "board")]


@pytest.mark.django_db
def test_where_nobody_is_to_be_told_no_row_is_written() -> None:
    live.publish(users=[], content={"call": 7})
    assert not LiveEvent.objects.exists()
