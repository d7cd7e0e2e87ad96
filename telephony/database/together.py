"""Several queries asked at once.

Of a call that a message tells of, its row, its events and its legs are wanted, and more. Each question by itself is a
way to the database and back: PostgreSQL gets all of them as one statement, whose answers come as JSON. Other
databases are in this process: there each is asked when its answer is wanted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models

from telephony.database import cursors
from telephony.database.reading import Prepared, Statement

Row = TypeVar("Row")
_AS_JSON_HAS_IT = (
    *(models.CharField, models.TextField, models.FileField),
    *(models.BooleanField, models.IntegerField, models.FloatField),
)


@dataclass(frozen=True, slots=True)
class Question:
    """A query with its values; a list of texts is a tuple."""

    query: Prepared[Any]
    values: Mapping[str, Any] = field(default_factory=dict)

    def key(self) -> tuple[Any, ...]:
        return (id(self.query), *sorted(self.values.items()))


class Answers:
    """The rows of what was asked together. What was not is asked when it is wanted."""

    def __init__(self, questions: Sequence[Question] = (), *, next_key_of: type[models.Model] | None = None) -> None:
        """`next_key_of`: a key for a new row of this table, if the first question finds none and the database can give
        keys beforehand."""
        self.next_key: int | None = None
        self._rows: dict[tuple[Any, ...], list[Any]] = {}
        if questions and connection.vendor == "postgresql":
            found = self._at_once(questions, next_key_of)
            self._rows = {one.key(): rows for one, rows in zip(questions, found, strict=True)}

    def rows(self, query: Prepared[Row], **values: Any) -> list[Row]:
        found: list[Row] = self.of(Question(query, values))
        return found

    def of(self, question: Question) -> list[Any]:
        known = self._rows.get(question.key())
        return question.query.rows(**question.values) if known is None else known

    def _at_once(self, questions: Sequence[Question], next_key_of: type[models.Model] | None) -> list[list[Any]]:
        statements = [one.query.statement() for one in questions]
        parameters: list[Any] = []
        for statement, one in zip(statements, questions, strict=True):
            parameters += statement.parameters(dict(one.values))
        sql = _one_of(tuple(statements), next_key_of)
        ((*found, self.next_key),) = cursors.run(connection, sql, parameters)
        return [
            statement.made_of(_as_sent(statement, json.loads(rows))) if rows else []
            for statement, rows in zip(statements, found, strict=True)
        ]


@cache
def _one_of(statements: tuple[Statement, ...], next_key_of: type[models.Model] | None) -> str:
    """Each query's rows as one JSON text, None if there are none; at last a new row's key."""
    asked = ", ".join(f"{_as_json(statement)} AS rows_{place}" for place, statement in enumerate(statements))
    if next_key_of is None:
        return f"SELECT {asked}, NULL"
    table = next_key_of._meta
    key = f"nextval(pg_get_serial_sequence('{table.db_table}', '{table.pk.column}'))"
    rows = ", ".join(f"rows_{place}" for place in range(len(statements)))
    # OFFSET 0: else the first query would be asked twice.
    return f"SELECT {rows}, CASE WHEN rows_0 IS NULL THEN {key} END FROM (SELECT {asked} OFFSET 0) AS asked"  # nosec B608  # noqa: S608


def _as_json(statement: Statement) -> str:
    names = [f"c{place}" for place in range(len(statement.fields))]
    # A column of JSON stays the text that the model's field reads.
    values = [
        f"{name}::text" if isinstance(one, models.JSONField) else name
        for name, one in zip(names, statement.fields, strict=True)
    ]
    rows = f"({statement.sql}) AS asked({', '.join(names)})"
    return f"(SELECT json_agg(json_build_array({', '.join(values)}))::text FROM {rows})"  # nosec B608  # noqa: S608


def _as_sent(statement: Statement, rows: list[list[Any]]) -> list[list[Any]]:
    """The values as the database sends them itself."""
    for place, read in _readers(statement):
        for row in rows:
            if row[place] is not None:
                row[place] = read(row[place])
    return rows


@cache
def _readers(statement: Statement) -> list[tuple[int, Callable[[Any], Any]]]:
    readers: list[tuple[int, Callable[[Any], Any]]] = []
    for place, one in enumerate(statement.fields):
        told = getattr(one, "target_field", one)
        if isinstance(told, models.DateTimeField):
            readers.append((place, datetime.fromisoformat))
        elif not isinstance(told, (*_AS_JSON_HAS_IT, models.JSONField)):
            raise TypeError(f"{told} can't be asked for together with others: JSON does not have it as it is.")
    return readers
