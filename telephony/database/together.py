"""Several queries asked at once.

Of a call that a message tells of, its row, its events and its legs are wanted, and more. Each question by itself is a
way to the database and back: PostgreSQL gets all of them as one statement, whose answers come as JSON. Other
databases are in this process: there each is asked when its answer is wanted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models

from telephony.database import cursors
from telephony.database.reading import Prepared, Statement

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Question:
    """A query with its values; a list of texts is a tuple."""

    query: Prepared[Any]
    values: Mapping[str, Any] = field(default_factory=dict)

    def key(self) -> tuple[Any, ...]:
        return id(self.query), frozenset(self.values.items())


class Answers:
    """The rows of what was asked together. What was not is asked when it is wanted."""

    def __init__(
        self,
        questions: Sequence[Question] = (),
        *,
        next_key_of: type[models.Model] | None = None,
        of_new: Sequence[Question] = (),
        ahead: Sequence[cursors.Sent] = (),
    ) -> None:
        """`next_key_of`: a key for a new row of this table, if the first question finds none and the database can give
        keys beforehand; then the questions `of_new` are asked, too. `ahead`: statements of PostgreSQL's that are sent
        with the questions, before them."""
        self.next_key: int | None = None
        self._rows: dict[tuple[Any, ...], list[Any]] = {}
        if questions and connection.vendor == "postgresql":
            asked = (*questions, *of_new)
            statements = _statements(asked)
            sql = _one_of(statements[: len(questions)], statements[len(questions) :], next_key_of)
            ((told,),) = cursors.run_all([*ahead, (sql, _parameters(asked, statements))])
            *found, self.next_key = json.loads(told)
            self._rows = _read(asked, statements, found)

    @classmethod
    def of_text(cls, questions: Sequence[Question], told: str) -> Answers:
        """What `as_text` of these questions gave."""
        answers = cls()
        if questions:
            answers._rows = _read(questions, _statements(questions), json.loads(told))
        return answers

    def rows(self, query: Prepared[Row], **values: Any) -> list[Row]:
        found: list[Row] = self.of(Question(query, values))
        return found

    def of(self, question: Question) -> list[Any]:
        known = self._rows.get(question.key())
        return question.query.rows(**question.values) if known is None else known

    def know(self, questions: Sequence[Question]) -> bool:
        """Whether all of these were asked."""
        return all(one.key() in self._rows for one in questions)


def as_text(questions: Sequence[Question]) -> cursors.Sent:
    """An expression with all their rows, to be selected with something else (`Answers.of_text`)."""
    statements = _statements(questions)
    return _text_of(statements), _parameters(questions, statements)


@cache
def _text_of(statements: tuple[Statement, ...]) -> str:
    return _array(map(_as_json, statements))


def _statements(questions: Sequence[Question]) -> tuple[Statement, ...]:
    vendor = connection.vendor
    return tuple(one.query.statement(vendor) for one in questions)


def _parameters(questions: Sequence[Question], statements: Sequence[Statement]) -> list[Any]:
    pairs = zip(questions, statements, strict=True)
    return [value for one, statement in pairs for value in statement.parameters(one.values)]


def _read(
    questions: Sequence[Question], statements: Sequence[Statement], found: Sequence[list[Any] | None]
) -> dict[tuple[Any, ...], list[Any]]:
    """Without those that were not asked."""
    return {
        one.key(): statement.made_of_json(rows)
        for one, statement, rows in zip(questions, statements, found, strict=True)
        if rows is not None
    }


@cache
def _one_of(
    statements: tuple[Statement, ...], of_new: tuple[Statement, ...], next_key_of: type[models.Model] | None
) -> str:
    """A JSON text: each query's rows; null for those of a new row, if it is not new; at last a new row's key."""
    if next_key_of is None and not of_new:
        return f"SELECT {_array((*map(_as_json, statements), 'NULL'))}"
    asked = ", ".join(f"{_as_json(statement)} AS rows_{place}" for place, statement in enumerate(statements))
    key = "NULL::bigint"
    if next_key_of is not None:
        table = next_key_of._meta
        key = f"nextval(pg_get_serial_sequence('{table.db_table}', '{table.pk.column}'))"
    rows = [f"rows_{place}" for place in range(len(statements))]
    new = [f"CASE WHEN rows_0::text = '[]' THEN {one} END" for one in (*map(_as_json, of_new), key)]
    told = _array((*rows, *new))
    return f"WITH asked AS MATERIALIZED (SELECT {asked}) SELECT {told} FROM asked"  # nosec B608  # noqa: S608


def _array(parts: Iterable[str]) -> str:
    return f"json_build_array({', '.join(parts)})::text"


def _as_json(statement: Statement) -> str:
    names = ", ".join(f"c{place}" for place in range(statement.width))
    rows = f"({statement.sql}) AS asked({names})"
    return f"(SELECT coalesce(json_agg(json_build_array({names})), '[]') FROM {rows})"  # nosec B608  # noqa: S608
