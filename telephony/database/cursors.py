"""Statements that PostgreSQL itself keeps.

Django writes the values into each statement's text, so PostgreSQL parses and plans every one anew; for a webhook that
is a third of what the database does. Here values go beside the text, and where the project lets it
(`prepare_threshold` in the OPTIONS of its DATABASES) a connection parses a statement once and plans it a few times.
Those that need not wait for each other's answers are sent together (pipeline.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import count
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

MOST_VALUES = 60_000
"""The protocol counts the values of a statement with 16 bits."""
Sent = tuple[str, Sequence[Any]]
"""A statement with Django's places for values (`%s`), and the values."""


def run(sql: str, values: Sequence[Any]) -> list[Any]:
    """The rows of a statement that returns some and will be sent again, with other values."""
    return run_all([(sql, values)])


def run_all(statements: Sequence[Sent], *, ends: bool = False) -> list[Any]:
    """The rows of the last of these, which are sent together.

    `ends`: nothing follows in this transaction. It is committed with them, if the block that began it is the outermost
    one; Django, which ends the block, finds that nothing is left to commit.
    """
    connection: Any = connections[DEFAULT_DB_ALIAS]
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    pipeline = _pipeline() if connection.vendor == "postgresql" else None
    if pipeline is None or not pipeline.fits(connection.connection) or _goes_djangos_way(connection, statements):
        return _one_by_one(connection, statements)
    connection.validate_no_broken_transaction()
    ends = ends and connection.in_atomic_block and not connection.savepoint_ids
    with connection.wrap_database_errors:
        found: list[Any] = pipeline.run(
            connection.connection, [(_numbered(sql), values) for sql, values in statements], ends=ends
        )
        return found


@cache
def _pipeline() -> Any:
    """None with psycopg2, which writes values into the text, too."""
    try:
        from telephony.database import pipeline
    except ImportError:
        return None
    return pipeline


def _goes_djangos_way(connection: Any, statements: Sequence[Sent]) -> bool:
    """Where somebody watches Django's statements, who is to see each; or with more values than the protocol counts."""
    too_many = any(len(values) >= MOST_VALUES for _, values in statements)
    return bool(connection.queries_logged or connection.execute_wrappers or too_many)


def _one_by_one(connection: Any, statements: Sequence[Sent]) -> list[Any]:
    with connection.cursor() as cursor:
        for sql, values in statements:
            cursor.execute(sql, values)
        return list(cursor.fetchall())


@lru_cache(maxsize=1000)
def _numbered(sql: str) -> str:
    """With PostgreSQL's own places for values: psycopg would look for them anew in each statement as long as ours."""
    number = count(1)
    return re.sub(r"%[s%]", lambda found: "%" if found[0] == "%%" else f"${next(number)}", sql)
