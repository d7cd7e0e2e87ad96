"""PostgreSQL: the text of statements, made once for each shape, and what becomes of a value on its way there.

Django asks each field of each row anew how its value is written; here that is asked once for each model.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import AutoField, Field, Model
from django.db.models.expressions import DatabaseDefault

from telephony.database import versions

Prepare = Callable[[Any], Any]
_AS_IT_IS = (models.CharField, models.TextField, models.BooleanField, models.DateTimeField, models.FloatField)
"""Their values are what psycopg takes."""

_EMPTY: dict[type, str] = {dict: "{}", list: "[]"}
_ENCODE = json.JSONEncoder().encode


def add_row(row: Model, values: list[Any], *, has_key: bool = False) -> tuple[bool, ...]:
    """A new row's values; returns for which of its columns the database has the default."""
    plan = _plan(type(row), has_key)
    told = row.__dict__
    mine = [told[name] for name in plan.names]
    by_database = []
    for place, prepare, stamp, may_be_default in plan.special:
        value = mine[place] if stamp is None else stamp(row, add=True)
        if may_be_default and isinstance(value, DatabaseDefault):
            by_database.append(place)
        else:
            mine[place] = value if prepare is None or value is None else prepare(value)
    if not by_database:
        values += mine
        return plan.nothing
    values += [value for place, value in enumerate(mine) if place not in by_database]
    return tuple(place in by_database for place in range(len(mine)))


def add_values(model: type[Model], told: Mapping[str, Any], values: list[Any]) -> None:
    """What a row's columns are to be."""
    for name, value in told.items():
        prepare = _prepare_of(model, name)
        values.append(value if prepare is None or value is None else prepare(value))


def add_conditions(model: type[Model], where: Mapping[str, Any], values: list[Any]) -> None:
    """What is compared with the columns of a row."""
    for name, value in where.items():
        column, _, lookup = name.partition("__")
        if lookup == "in":
            values.append(list(value))
        elif not lookup:
            add_values(model, {column: value}, values)


def shape(where: Mapping[str, Any]) -> tuple[str, ...]:
    """The conditions without their values: equal, `__in`, or `__isnull` with the truth in the name."""
    return tuple(f"{name}={bool(value)}" if name.endswith("__isnull") else name for name, value in where.items())


@cache
def insert(
    model: type[Model],
    shapes: tuple[tuple[bool, ...], ...],
    unique: tuple[str, ...],
    changed: tuple[str, ...],
    has_key: bool,
) -> str:
    """Rows of which the database has some defaults. One with the same `unique` fields gets these columns, or stays."""
    rows = ", ".join(f"({', '.join('DEFAULT' if one else '%s' for one in by_database)})" for by_database in shapes)
    sql = f"INSERT INTO {_table(model)} ({_names(model, has_key)}) VALUES {rows}"  # nosec B608  # noqa: S608
    if not unique:
        return sql
    same = ", ".join(_column(model, name) for name in unique)
    if not changed:
        return f"{sql} ON CONFLICT ({same}) DO NOTHING"  # nosec B608
    written = ", ".join(f"{_column(model, name)} = EXCLUDED.{_column(model, name)}" for name in changed)
    return f"{sql} ON CONFLICT ({same}) DO UPDATE SET {written}"  # nosec B608


@cache
def insert_if(model: type[Model], other: type[Model]) -> str:
    """One row, if that of another table has this key and this version."""
    places = ", ".join("%s" for _ in _fields(model, False))
    return (
        f"INSERT INTO {_table(model)} ({_names(model, False)}) SELECT {places} FROM {_table(other)} "  # nosec B608  # noqa: S608
        f"WHERE {_column(other, 'pk')} = %s AND {versions.sql_of(other)} = %s"
    )


@cache
def update(model: type[Model], changed: tuple[str, ...], where: tuple[str, ...]) -> str:
    written = ", ".join(f"{_column(model, name)} = %s" for name in changed)
    return f"UPDATE {_table(model)} SET {written} WHERE {_conditions(model, where)}"  # nosec B608  # noqa: S608


@cache
def delete(model: type[Model], where: tuple[str, ...]) -> str:
    return f"DELETE FROM {_table(model)} WHERE {_conditions(model, where)}"  # nosec B608  # noqa: S608


def _conditions(model: type[Model], where: tuple[str, ...]) -> str:
    return " AND ".join(_condition(model, name) for name in where)


def _condition(model: type[Model], name: str) -> str:
    name, _, lookup = name.partition("__")
    end = {"": "= %s", "in": "= ANY(%s)", "isnull=True": "IS NULL", "isnull=False": "IS NOT NULL"}[lookup]
    return f"{_column(model, name)} {end}"


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a new row of a model says, by its columns."""

    names: list[str]
    """Of the row's attributes."""
    special: list[tuple[int, Prepare | None, Callable[..., Any] | None, bool]]
    """Those that are not sent as they are, by place: with what makes a value ready, what gives one that the field
    itself gives, like the time of the first writing, and whether the database may give one."""
    nothing: tuple[bool, ...]
    """The database has the default of none."""


@cache
def _plan(model: type[Model], has_key: bool) -> _Plan:
    fields = _fields(model, has_key)
    plans = [(_prepare(one), one.pre_save if _stamps(one) else None, one.has_db_default()) for one in fields]
    return _Plan(
        names=[one.attname for one in fields],
        special=[(place, *plan) for place, plan in enumerate(plans) if any(plan)],
        nothing=(False,) * len(fields),
    )


@cache
def _prepare_of(model: type[Model], name: str) -> Prepare | None:
    return _prepare(_field(model, name))


def _stamps(field: Field[Any, Any]) -> bool:
    """Whether the field itself gives its value."""
    if isinstance(field, models.DateField | models.TimeField):
        return field.auto_now or field.auto_now_add
    return type(field).pre_save is not Field.pre_save


def _prepare(field: Field[Any, Any]) -> Prepare | None:
    """What makes of a value what psycopg is given; None where that is the value."""
    target, database = getattr(field, "target_field", field), connections[DEFAULT_DB_ALIAS]
    if type(target) in _AS_IT_IS:
        return None
    if isinstance(target, models.JSONField) and target.encoder is None:
        # PostgreSQL reads a text as what the column is; psycopg's own adapter is five calls more.
        return lambda value: _as_text(target.get_prep_value(value))
    kind = target.get_internal_type().replace("AutoField", "IntegerField")
    whole: Prepare | None = getattr(database.ops, "integerfield_type_map", {}).get(kind)
    return whole or partial(target.get_db_prep_save, connection=database)


def _as_text(value: Any) -> str:
    """As JSON. Half of what is written has nothing to tell."""
    return _ENCODE(value) if value else _EMPTY.get(type(value)) or _ENCODE(value)


@cache
def _fields(model: type[Model], has_key: bool) -> list[Field[Any, Any]]:
    return [one for one in model._meta.concrete_fields if has_key or not isinstance(one, AutoField)]


def _names(model: type[Model], has_key: bool) -> str:
    return ", ".join(_column(model, one.attname) for one in _fields(model, has_key))


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    return cast("Field[Any, Any]", model._meta.pk if name == "pk" else model._meta.get_field(name))


def _column(model: type[Model], name: str) -> str:
    return connections[DEFAULT_DB_ALIAS].ops.quote_name(str(_field(model, name).column))


def _table(model: type[Model]) -> str:
    return connections[DEFAULT_DB_ALIAS].ops.quote_name(model._meta.db_table)
