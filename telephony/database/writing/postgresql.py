"""PostgreSQL: all parts as one statement.

    WITH part_0 AS (INSERT INTO a call ...), part_1 AS (UPDATE ...) SELECT pg_notify(...)

A PBX waits for the answer: each statement more is a way to the database and back, and the time that the ORM takes to
build it. Foreign keys are checked at the commit, so the parts need no order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

from telephony.database import cursors, together
from telephony.database.together import Answers, Question
from telephony.database.versions import Version
from telephony.database.writing import columns
from telephony.database.writing.parts import Deleted, Inserted, Part, Updated

_Shape = tuple[Callable[..., str], tuple[Any, ...]]
"""One of columns.py, which makes the text of a part, and what is to be given to it."""


def write(parts: Sequence[Part], channel: str, ends: bool, asks: Sequence[Question]) -> Answers:
    """Write them, and commit if the transaction ends with them. Who listens to the channel hears of it at the
    commit."""
    values: list[Any] = []
    shapes = tuple(_shape(part, values) for part in parts)
    wanted, more = together.as_text(asks)
    values += [*more, channel] if channel else more
    ((told, *_),) = cursors.run_all([(_all_of(shapes, wanted, bool(channel)), values)], ends=ends)
    return Answers.of_text(asks, told)


def insert(row: Model, version: Version | None = None) -> bool:
    """Write this one row; its key is set. With a version only if that row is still as it was: one statement, because
    looking first would be another way to the database and back."""
    values: list[Any] = []
    if version is None:
        sql = _sql(_shape(Inserted(type(row), (row,), (), ()), values))
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


def _shape(part: Part, values: list[Any]) -> _Shape:
    """What makes the part's text, and what to give it; its values are added to these."""
    match part:
        case Inserted():
            of_rows = tuple([columns.add_row(row, values, has_key=part.has_key) for row in part.rows])
            return columns.insert, (part.model, of_rows, part.unique, part.columns, part.has_key)
        case Updated():
            columns.add_values(part.model, part.values, values)
            columns.add_conditions(part.model, part.where, values)
            return columns.update, (part.model, tuple(part.values), columns.shape(part.where))
        case Deleted():
            columns.add_conditions(part.model, part.where, values)
            return columns.delete, (part.model, columns.shape(part.where))


def _sql(shape: _Shape) -> str:
    make, given = shape
    return make(*given)


@lru_cache(maxsize=1000)
def _all_of(shapes: tuple[_Shape, ...], wanted: str, wakes: bool) -> str:
    """Made once, and the same object from then on: nobody has to look whether a text of some thousand characters is
    one that is known."""
    written = ", ".join(f"part_{number} AS ({_sql(shape)})" for number, shape in enumerate(shapes))
    woken = ", pg_notify(%s, '')" if wakes else ""
    return f"WITH {written} SELECT {wanted}{woken}"  # nosec B608
