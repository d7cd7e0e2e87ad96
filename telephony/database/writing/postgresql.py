"""PostgreSQL: all parts as one statement.

    WITH part_0 AS (INSERT INTO a call ...), part_1 AS (UPDATE ...) SELECT pg_notify(...)

A PBX waits for the answer: each statement more is a way to the database and back, and the time that the ORM takes to
build it. Foreign keys are checked at the commit, so the parts need no order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from django.db import connection
from django.db.models import AutoField, Field, Model
from django.db.models.expressions import DatabaseDefault

from telephony.database import cursors
from telephony.database.writing.parts import Deleted, Inserted, Part, Updated


def write(parts: Sequence[Part], channel: str) -> None:
    """Write them. Who listens to the channel hears of it at the commit."""
    values: list[Any] = []
    written = ", ".join(f"part_{number} AS ({_sql(part, values)})" for number, part in enumerate(parts))
    told = "SELECT 1"
    if channel:
        told = "SELECT pg_notify(%s, '')"
        values.append(channel)
    with cursors.executed(connection, f"WITH {written} {told}", values):
        pass


def insert(row: Model) -> None:
    """Write this one row; its key is set."""
    values: list[Any] = []
    sql = _insert(Inserted(type(row), (row,), (), ()), values)
    key = row._meta.pk
    with cursors.executed(connection, f"{sql} RETURNING {_column(type(row), key.name)}", values) as cursor:
        setattr(row, key.attname, cursor.fetchone()[0])
    row._state.adding, row._state.db = False, connection.alias


def _sql(part: Part, values: list[Any]) -> str:
    """The part's statement; its values are added to these."""
    match part:
        case Inserted():
            return _insert(part, values)
        case Updated():
            changed = ", ".join(_equals(part.model, name, value, values) for name, value in part.values.items())
            return f"UPDATE {_table(part.model)} SET {changed} WHERE {_where(part.model, part.where, values)}"  # nosec B608  # noqa: S608
        case Deleted():
            return f"DELETE FROM {_table(part.model)} WHERE {_where(part.model, part.where, values)}"  # nosec B608  # noqa: S608


def _insert(part: Inserted, values: list[Any]) -> str:
    """A row with the same `unique` fields gets the new one's `columns`."""
    fields = _written(part.model)
    rows = ", ".join(f"({', '.join(_value(row, one, values) for one in fields)})" for row in part.rows)
    names = ", ".join(_column(part.model, one.attname) for one in fields)
    sql = f"INSERT INTO {_table(part.model)} ({names}) VALUES {rows}"  # nosec B608  # noqa: S608
    if not part.unique:
        return sql
    unique = ", ".join(_column(part.model, name) for name in part.unique)
    changed = [_column(part.model, name) for name in part.columns]
    return f"{sql} ON CONFLICT ({unique}) DO UPDATE SET " + ", ".join(f"{one} = EXCLUDED.{one}" for one in changed)  # nosec B608


def _value(row: Model, one: Field[Any, Any], values: list[Any]) -> str:
    value = one.pre_save(row, add=True)
    if isinstance(value, DatabaseDefault):
        return "DEFAULT"
    values.append(one.get_db_prep_save(value, connection))
    return "%s"


def _equals(model: type[Model], name: str, value: Any, values: list[Any]) -> str:
    values.append(_field(model, name).get_db_prep_save(value, connection))
    return f"{_column(model, name)} = %s"


def _where(model: type[Model], where: Mapping[str, Any], values: list[Any]) -> str:
    return " AND ".join(_condition(model, name, value, values) for name, value in where.items())


def _condition(model: type[Model], name: str, value: Any, values: list[Any]) -> str:
    column, _, lookup = name.partition("__")
    if lookup == "isnull":
        return f"{_column(model, column)} IS {'' if value else 'NOT '}NULL"
    if lookup == "in":
        values.append(list(value))
        return f"{_column(model, column)} = ANY(%s)"
    return _equals(model, name, value, values)


@cache
def _written(model: type[Model]) -> list[Field[Any, Any]]:
    """What a new row says; its key is counted by the database."""
    return [one for one in model._meta.concrete_fields if not isinstance(one, AutoField)]


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    return cast("Field[Any, Any]", model._meta.get_field(name))


@cache
def _column(model: type[Model], name: str) -> str:
    return connection.ops.quote_name(str(_field(model, name).column))


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
