"""PostgreSQL: all parts as one statement.

    WITH part_0 AS (INSERT INTO a call ...), part_1 AS (UPDATE ...) SELECT pg_notify(...)

A PBX waits for the answer: each statement more is a way to the database and back, and the time that the ORM takes to
build it. Foreign keys are checked at the commit, so the parts need no order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

from telephony.database import cursors, together
from telephony.database.together import Answers, Question
from telephony.database.versions import Version
from telephony.database.writing import columns
from telephony.database.writing.parts import Deleted, Inserted, Part, Updated


def write(parts: Sequence[Part], channel: str, ends: bool, asks: Sequence[Question]) -> Answers:
    """Write them, and commit if the transaction ends with them. Who listens to the channel hears of it at the
    commit."""
    values: list[Any] = []
    written = ", ".join(f"part_{number} AS ({_sql(part, values)})" for number, part in enumerate(parts))
    wanted, more = together.as_text(asks)
    values += more
    woken = ""
    if channel:
        woken = ", pg_notify(%s, '')"
        values.append(channel)
    ((told, *_),) = cursors.run_all([(f"WITH {written} SELECT {wanted}{woken}", values)], ends=ends)
    return Answers.of_text(asks, told)


def insert(row: Model, version: Version | None = None) -> bool:
    """Write this one row; its key is set. With a version only if that row is still as it was: one statement, because
    looking first would be another way to the database and back."""
    values: list[Any] = []
    if version is None:
        sql = _insert(Inserted(type(row), (row,), (), ()), values)
    else:
        sql = columns.insert_if(type(row), version.model)
        columns.add_row(row, values)
        values += [version.key, version.text]
    key = row._meta.pk
    told = cursors.run(f'{sql} RETURNING "{key.column}"', values)
    if not told:
        return False
    setattr(row, key.attname, told[0][0])
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return True


def _sql(part: Part, values: list[Any]) -> str:
    """The part's statement; its values are added to these."""
    match part:
        case Inserted():
            return _insert(part, values)
        case Updated():
            columns.add_values(part.model, part.values, values)
            columns.add_conditions(part.model, part.where, values)
            return columns.update(part.model, tuple(part.values), columns.shape(part.where))
        case Deleted():
            columns.add_conditions(part.model, part.where, values)
            return columns.delete(part.model, columns.shape(part.where))


def _insert(part: Inserted, values: list[Any]) -> str:
    """A row with the same `unique` fields gets the new one's `columns`."""
    shapes = tuple(columns.add_row(row, values, has_key=part.has_key) for row in part.rows)
    return columns.insert(part.model, shapes, part.unique, part.columns, part.has_key)
