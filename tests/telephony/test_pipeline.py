"""Statements that go to PostgreSQL together: one way there and back, with BEGIN and COMMIT, and each error told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import environ
import psycopg
import pytest
from django.db import DatabaseError, DataError, NotSupportedError, OperationalError, connections, transaction
from pytest_django import DjangoDbBlocker

from telephony.calls import locks
from telephony.database import cursors, pipeline
from telephony.domain.exceptions import CallBusy

pytestmark = pytest.mark.postgresql
ALIAS = "postgresql"
INSERT = "INSERT INTO noted (text) VALUES (%s) RETURNING id"
TEXTS = "SELECT text FROM noted ORDER BY id"


@pytest.fixture(params=[1, None], ids=["kept statements", "behind a pgbouncer"])
def options(request: pytest.FixtureRequest) -> dict[str, Any]:
    return {"prepare_threshold": request.param}


@pytest.fixture
def line(
    postgresql_database: str,
    options: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Any]:
    """Django's connection to an empty database, to which statements go."""
    settings = {**connections["default"].settings_dict, **environ.Env.db_url_config(postgresql_database)}
    monkeypatch.setitem(connections.settings, ALIAS, {**settings, "OPTIONS": options})
    monkeypatch.setattr(cursors, "DEFAULT_DB_ALIAS", ALIAS)
    connections[ALIAS] = connection = connections.create_connection(ALIAS)
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE noted (id serial PRIMARY KEY, text varchar(20) NOT NULL)")
        yield connection
        connection.close()
    del connections[ALIAS]


@pytest.fixture
def other(line: Any, postgresql_database: str) -> Iterator[psycopg.Connection[Any]]:
    """Somebody else, who sees what is committed."""
    with psycopg.connect(postgresql_database, autocommit=True) as other:
        yield other


@pytest.fixture
def ways(line: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How often something was sent since the last question."""
    sent: list[int] = []
    real = pipeline._talk

    def talk(pgconn: Any, commands: Any) -> Any:
        sent.append(len(commands))
        return (yield from real(pgconn, commands))

    def since() -> int:
        count = len(sent)
        sent.clear()
        return count

    monkeypatch.setattr(pipeline, "_talk", talk)
    return since


def texts(other: psycopg.Connection[Any]) -> list[str]:
    return [text for (text,) in other.execute(TEXTS)]


def test_statements_go_together_and_the_last_one_answers(line: Any, ways: Callable[[], int]) -> None:
    assert cursors.run_all([(INSERT, ["a"]), (INSERT, ["b"]), (TEXTS, [])]) == [("a",), ("b",)]
    assert ways() == 1
    assert cursors.run("SELECT %s::int, %s::text, '100%%'", [7, None]) == [(7, None, "100%")]
    assert ways() == 1


def test_a_transaction_begins_with_the_first_of_them_and_ends_with_the_last(
    line: Any, other: psycopg.Connection[Any], ways: Callable[[], int]
) -> None:
    with transaction.atomic(using=ALIAS):
        cursors.run_all([(INSERT, ["a"]), (INSERT, ["b"])])
        assert texts(other) == []
        cursors.run_all([(INSERT, ["c"])], ends=True)
        assert texts(other) == ["a", "b", "c"]
    assert ways() == 2
    with transaction.atomic(using=ALIAS):
        cursors.run(INSERT, ["d"])
    assert texts(other) == ["a", "b", "c", "d"]


def test_the_last_one_answers_also_where_the_commit_goes_with_it(line: Any) -> None:
    for number in (1, 2, 3):  # The first time PostgreSQL is told what COMMIT means, too.
        with transaction.atomic(using=ALIAS):
            assert cursors.run_all([(INSERT, [f"{number}"])], ends=True) == [(number,)]


def test_who_hears_of_the_commit_hears_of_it_once(line: Any) -> None:
    heard: list[str] = []
    with transaction.atomic(using=ALIAS):
        transaction.on_commit(lambda: heard.append("committed"), using=ALIAS)
        cursors.run_all([(INSERT, ["a"])], ends=True)
    assert heard == ["committed"]


def test_only_the_outermost_block_is_ended(line: Any, other: psycopg.Connection[Any]) -> None:
    with transaction.atomic(using=ALIAS):
        with transaction.atomic(using=ALIAS):
            cursors.run_all([(INSERT, ["a"])], ends=True)
        assert texts(other) == []
    assert texts(other) == ["a"]


def test_what_fails_undoes_all_and_says_why(line: Any, other: psycopg.Connection[Any]) -> None:
    with pytest.raises(DataError, match="too long"), transaction.atomic(using=ALIAS):
        cursors.run_all([(INSERT, ["a"]), (INSERT, ["x" * 21]), (INSERT, ["c"])], ends=True)
    assert texts(other) == []
    # The same texts again: whatever was not parsed after the error is parsed now.
    with transaction.atomic(using=ALIAS):
        cursors.run_all([(INSERT, ["a"]), (TEXTS, []), (INSERT, ["c"])], ends=True)
    assert texts(other) == ["a", "c"]


def test_after_an_error_nothing_is_sent_before_the_block_has_ended(line: Any) -> None:
    with transaction.atomic(using=ALIAS):
        with pytest.raises(DataError):
            cursors.run(INSERT, ["x" * 21])
        with pytest.raises(DatabaseError, match="aborted"):
            cursors.run(INSERT, ["a"])
        line.set_rollback(True)
    assert cursors.run(INSERT, ["b"])


def test_a_value_that_no_database_takes_leaves_the_line_as_it_was(line: Any) -> None:
    with pytest.raises(DatabaseError, match="adapt"):
        cursors.run_all([(INSERT, ["a"]), (INSERT, [object()])])
    assert cursors.run_all([(INSERT, ["b"]), (TEXTS, [])]) == [("b",)]


def test_a_table_whose_columns_were_changed_costs_one_error(line: Any, other: psycopg.Connection[Any]) -> None:
    def rows() -> list[Any]:
        return cursors.run("SELECT * FROM noted", [])

    rows()
    other.execute("ALTER TABLE noted ADD COLUMN more int")
    if line.settings_dict["OPTIONS"]["prepare_threshold"] is not None:
        with pytest.raises(NotSupportedError):
            rows()
        line.close()  # As at the end of a request.
    cursors.run(INSERT, ["a"])
    assert len(rows()[0]) == 3


def test_a_line_that_broke_is_not_used_again(line: Any, other: psycopg.Connection[Any]) -> None:
    cursors.run(INSERT, ["a"])
    other.execute("SELECT pg_terminate_backend(%s)", [line.connection.info.backend_pid])
    with pytest.raises(OperationalError):
        cursors.run(INSERT, ["b"])
    assert line.connection.closed
    line.close()
    cursors.run(INSERT, ["c"])
    assert texts(other) == ["a", "c"]


def test_a_line_keeps_the_statements_that_came_last(line: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "MOST_KEPT", 3)
    for number in (*range(6), 5, 0, *range(6)):
        assert cursors.run_all([(f"SELECT {number}", []), (f"SELECT {number} + %s::int", [1])]) == [(number + 1,)]
    kept = cursors.run("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'telephony%%'", [])
    assert kept == [(3 if line.settings_dict["OPTIONS"]["prepare_threshold"] else 0,)]


def test_locks_are_taken_with_the_question_that_needs_them(
    line: Any, other: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is answered by what others wrote before they let go."""
    monkeypatch.setattr(transaction, "get_connection", lambda using=None: line)
    cursors.run(INSERT, ["a"])
    key = locks._key("call:1:1")
    other.execute("SELECT pg_advisory_lock(%s)", [key])
    with pytest.raises(CallBusy, match="for too long"), transaction.atomic(using=ALIAS), locks.waiting():
        cursors.run_all([*locks.taking(names=["call:1:1"], patience_ms=50), (TEXTS, [])])

    real = pipeline._talk

    def let_go(pgconn: Any, commands: Any) -> Any:
        """Once the statements are sent."""
        talk = real(pgconn, commands)
        waits = next(talk)
        other.execute("INSERT INTO noted (text) VALUES ('b')")
        other.execute("SELECT pg_advisory_unlock(%s)", [key])
        while True:
            ready = yield waits
            try:
                waits = talk.send(ready)
            except StopIteration as done:
                return done.value

    monkeypatch.setattr(pipeline, "_talk", let_go)
    with transaction.atomic(using=ALIAS), locks.waiting():
        assert cursors.run_all([*locks.taking(names=["call:1:1"], patience_ms=5000), (TEXTS, [])]) == [("a",), ("b",)]
