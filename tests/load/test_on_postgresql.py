"""The same tests on PostgreSQL, which has ways of its own to ask for a call, to write it, and to remember its PBX."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest

from tests.nested import passed
from tests.rounds import rounds

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]


@pytest.fixture
def tests_database(postgresql_database: str) -> Iterator[str]:
    """The address of a database beside which the tests' own, which pytest-django names after it, is filled already."""
    server, _, name = postgresql_database.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "test_{name}" TEMPLATE "{name}"')
        try:
            yield postgresql_database
        finally:
            connection.execute(f'DROP DATABASE "test_{name}" WITH (FORCE)')


@pytest.mark.parametrize(
    ("folders", "at_least"),
    [
        (["telephony"], rounds(380, full=700)),
        (["missed", "dialing"], rounds(150, full=250)),
        (["vendors"], rounds(150, full=1000)),
    ],
)
def test_the_same_tests_pass_on_postgresql(tests_database: str, folders: list[str], at_least: int) -> None:
    """Of each function the first two parameters, if not in full."""
    some = () if rounds(0, full=1) else ("-p", "tests.firsts")
    paths = [f"tests/{folder}" for folder in folders]
    environment = {**os.environ, "DATABASE_URL": tests_database}
    assert passed(environment, "--reuse-db", *some, *paths, seconds=900) > at_least
