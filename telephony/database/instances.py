"""Instances of models as `Model(...)` and `Model.from_db` make them, without asking each value's descriptor and signal.

A message of a PBX reads and writes some twenty rows while the PBX waits; Django's own way costs a tenth of all that is
done for it. Models that do something of their own when they are made, or to which somebody listens, go that way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import ForeignKey, Model
from django.db.models.base import ModelState
from django.db.models.signals import post_init, pre_init

M = TypeVar("M", bound=Model)
Load = Callable[[Sequence[str], Sequence[Any]], Any]


def new_row(model: type[M], **columns: Any) -> M:
    """A row that is not written yet, of its columns by attribute ("call_id"), or of rows that it names ("call"); all
    others have their defaults.

    Raises TypeError for what the model does not have.
    """
    if not _is_plain(model):
        return model(**columns)
    plan, state = _plan(model), ModelState()
    values = {**plan.fixed, **columns}
    if len(values) > len(plan.fixed):
        for name in columns.keys() - plan.fixed.keys():
            if name not in plan.relations:
                raise TypeError(f"{model.__name__} has no column {name}.")
            other, (attribute, named) = values.pop(name), plan.relations[name]
            values[attribute], state.fields_cache[name] = getattr(other, named), other
    for name, make in plan.made:
        if name not in columns:
            values[name] = make()
    return _instance(model, values, state)


def copied(row: M) -> M:
    """The same row, to be given other values: nothing that is set here is seen there."""
    state = ModelState()
    state.__dict__.update(row._state.__dict__, fields_cache={**row._state.fields_cache})
    return _instance(type(row), row.__dict__, state)


def loader(model: type[Model]) -> Load:
    """What makes an instance of the values that the database has for these columns; the others are asked for when they
    are wanted."""
    if not _is_plain(model):
        return lambda names, values: model.from_db(DEFAULT_DB_ALIAS, names, values)

    def load(names: Sequence[str], values: Sequence[Any]) -> Any:
        state = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        return _instance(model, dict(zip(names, values, strict=True)), state)

    return load


def _instance(model: type[M], values: Mapping[str, Any], state: ModelState) -> M:
    one: M = model.__new__(model)
    one.__dict__.update(values, _state=state)
    return one


def _is_plain(model: type[Model]) -> bool:
    """Whether making an instance does nothing but keep its values."""
    for signal in (pre_init, post_init):
        if signal.receivers and signal.has_listeners(model):
            return False
    return _has_djangos_own_ways(model)


@cache
def _has_djangos_own_ways(model: type[Model]) -> bool:
    made, loaded = model.__init__ is Model.__init__, model.from_db.__func__ is Model.from_db.__func__  # type: ignore[attr-defined]
    return made and loaded


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a new row has by itself."""

    fixed: dict[str, Any]
    """By attribute, all of them."""
    made: list[tuple[str, Callable[[], Any]]]
    """What is made anew for each row."""
    relations: dict[str, tuple[str, str]]
    """By the name of another row the attribute here that names it, and what it has there of the other."""


@cache
def _plan(model: type[Model]) -> _Plan:
    columns = model._meta.concrete_fields
    made = [(one.attname, one.default) for one in columns if one.has_default() and callable(one.default)]
    names = {name for name, _ in made}
    return _Plan(
        fixed={one.attname: None if one.attname in names else one.get_default() for one in columns},
        made=made,
        relations={one.name: (one.attname, one.target_field.attname) for one in columns if isinstance(one, ForeignKey)},
    )
