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
    key_of: type[models.Model] | None = None
    """If it finds nothing, a key for a new row of this table is wanted (`Answers.key_for`)."""

    def key(self) -> tuple[Any, ...]:
        return id(self.query), frozenset(self.values.items())


class Answers:
    """The rows of what was asked together. What was not is asked when it is wanted."""

    def __init__(
        self,
        questions: Sequence[Question] = (),
        *,
        of_new: Sequence[Question] = (),
        ahead: Sequence[cursors.Sent] = (),
    ) -> None:
        """`of_new` are asked, too, if the first question finds nothing. `ahead`: statements of PostgreSQL's that are
        sent with the questions, before them."""
        self._rows: dict[tuple[Any, ...], list[Any]] = {}
        self._keys: dict[type[models.Model], int | None] = {}
        if questions and connection.vendor == "postgresql":
            asked = (*questions, *of_new)
            statements = _statements(asked)
            wanted = tuple(one.key_of for one in questions)
            sql = _one_of(statements[: len(questions)], statements[len(questions) :], wanted)
            ((told,),) = cursors.run_all([*ahead, (sql, _parameters(asked, statements))])
            found = json.loads(told)
            self._rows = _read(asked, statements, found[: len(asked)])
            self._keys = dict(zip(filter(None, wanted), found[len(asked) :], strict=True))

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

    def key_for(self, model: type[models.Model]) -> int | None:
        """For a new row, if it was asked for and the database can give keys beforehand."""
        return self._keys.get(model)

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
    statements: tuple[Statement, ...], of_new: tuple[Statement, ...], keys_of: tuple[type[models.Model] | None, ...]
) -> str:
    """A JSON text: each query's rows; null for those of a new row, if it is not new; at last keys of new rows."""
    if not any(keys_of) and not of_new:
        return f"SELECT {_array(map(_as_json, statements))}"
    asked = ", ".join(f"{_as_json(statement)} AS rows_{place}" for place, statement in enumerate(statements))
    rows = [f"rows_{place}" for place in range(len(statements))]
    new = [_if_none(0, _as_json(one)) for one in of_new]
    keys = [_if_none(place, _next_key(model)) for place, model in enumerate(keys_of) if model is not None]
    told = _array((*rows, *new, *keys))
    return f"WITH asked AS MATERIALIZED (SELECT {asked}) SELECT {told} FROM asked"  # nosec B608  # noqa: S608


def _if_none(place: int, wanted: str) -> str:
    return f"CASE WHEN rows_{place}::text = '[]' THEN {wanted} END"


def _next_key(model: type[models.Model]) -> str:
    table = model._meta
    return f"nextval(pg_get_serial_sequence('{table.db_table}', '{table.pk.column}'))"


def _array(parts: Iterable[str]) -> str:
    return f"json_build_array({', '.join(parts)})::text"


def _as_json(statement: Statement) -> str:
    names = ", ".join(f"c{place}" for place in range(statement.width))
    rows = f"({statement.sql}) AS asked({names})"
    return f"(SELECT coalesce(json_agg(json_build_array({names})), '[]') FROM {rows})"  # nosec B608  # noqa: S608
