"""Statements that PostgreSQL itself keeps.

Django writes the values into each statement's text, so PostgreSQL parses and plans every one anew; for a webhook that
is a third of what the database does. Here values go beside the text, and where the project lets it
(`prepare_threshold` in the OPTIONS of its DATABASES) a connection parses a statement once and plans it a few times.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import count
from typing import Any

from django.db import NotSupportedError

MOST_VALUES = 60_000
"""The protocol counts the values of a statement with 16 bits."""


def run(connection: Any, sql: str, values: Sequence[Any]) -> list[Any]:
    """The rows of a statement that returns some and will be sent again, with other values."""
    factory = _raw_cursor() if connection.vendor == "postgresql" and len(values) < MOST_VALUES else None
    if factory is None:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    line = connection.connection
    with connection._prepare_cursor(factory(line)) as cursor:
        try:
            cursor.execute(_numbered(sql), values)
        except NotSupportedError:
            # A table's columns were changed meanwhile: what this connection keeps does not fit them any more.
            line.close()
            raise
        return list(cursor.fetchall())


@cache
def _raw_cursor() -> Any:
    """None with psycopg2, which writes values into the text, too."""
    try:
        from psycopg import RawCursor
    except ImportError:
        return None
    return RawCursor


@lru_cache(maxsize=1000)
def _numbered(sql: str) -> str:
    """With PostgreSQL's own places for values: psycopg would look for them anew in each statement as long as ours."""
    number = count(1)
    return re.sub(r"%[s%]", lambda found: "%" if found[0] == "%%" else f"${next(number)}", sql)
