"""What the database's rows become: tuples, single values or models, by a plan that is made once for a query.

Django makes that plan anew for each query. What comes out is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable

from telephony.database import instances

Values = Sequence[Any]
Make = Callable[[Values], Any]
Step = tuple[int, Callable[..., Any], Any]
"""A column's place, and what its values become; it is given the value, this expression and the connection."""
Converted = Callable[[Iterable[Values]], list[list[Any]]]
_AS_JSON_HAS_IT = (
    *(models.CharField, models.TextField, models.FileField),
    *(models.BooleanField, models.IntegerField, models.FloatField),
)


def maker(query: QuerySet[Any, Any], compiler: Any) -> Make:
    """What makes a result of one row, whose values are as the model's fields read them.

    Raises TypeError for a kind of query that nobody needed yet.
    """
    kind = query._iterable_class
    if kind is ValuesListIterable:
        return tuple
    if kind is FlatValuesListIterable:
        return lambda values: values[0]
    if kind is not ModelIterable or query._known_related_objects:  # type: ignore[attr-defined]
        raise TypeError(f"No plan is made for {kind.__name__}, nor for rows of a related manager.")
    make, annotated = _Models(compiler.klass_info, compiler.select), compiler.annotation_col_map
    return _with_annotations(make, annotated) if annotated else make


def converting(compiler: Any, connection: Any) -> Converted:
    """What makes of rows as the database sends them rows as the model's fields read them."""
    return _converted_by(_steps(compiler), connection)


def converting_json(compiler: Any, connection: Any) -> Converted:
    """The same of rows that the database sent as JSON, which was read.

    Raises TypeError for a field whose values JSON does not have as they are.
    """
    fields = [getattr(one := column.output_field, "target_field", one) for column, *_ in compiler.select]
    read = [(place, convert, None) for place, one in enumerate(fields) if (convert := _of_json(one)) is not None]
    more = [step for step in _steps(compiler) if not isinstance(fields[step[0]], models.JSONField)]
    return _converted_by([*read, *more], connection)


def _steps(compiler: Any) -> list[Step]:
    found = compiler.get_converters([column for column, *_ in compiler.select])
    return [(place, convert, expression) for place, (all_of, expression) in found.items() for convert in all_of]


def _of_json(field: Any) -> Callable[..., Any] | None:
    """What makes of JSON's value what the model's field reads, or has; None where that is the same."""
    if isinstance(field, models.DateTimeField):
        return lambda value, *_: None if value is None else datetime.fromisoformat(value)
    if isinstance(field, models.JSONField) and field.decoder is None:
        return lambda value, *_: field.to_python(value)
    if isinstance(field, _AS_JSON_HAS_IT):
        return None
    raise TypeError(f"{field} can't be asked for together with others: JSON does not have it as it is.")


def _converted_by(steps: Sequence[Step], connection: Any) -> Converted:
    def converted(rows: Iterable[Values]) -> list[list[Any]]:
        made = [list(row) for row in rows]
        for place, convert, expression in steps:
            for row in made:
                row[place] = convert(row[place], expression, connection)
        return made

    return converted


def _with_annotations(make: _Models, annotated: dict[str, int]) -> Make:
    def made(values: Values) -> Any:
        one = make(values)
        for name, place in annotated.items():
            setattr(one, name, values[place])
        return one

    return made


class _Models:
    """Instances of one model, each with those that `select_related` brings with it."""

    def __init__(self, info: dict[str, Any], select: Sequence[Any]) -> None:
        """`info` is the compiler's `klass_info`."""
        places = info["select_fields"]
        self._model = info["model"]
        self._columns = itemgetter(*places) if len(places) > 1 else itemgetter(slice(places[0], places[0] + 1))
        self._names = [select[place][0].target.attname for place in places]
        self._key = places[self._names.index(self._model._meta.pk.attname)]
        self._load = instances.loader(self._model)
        self._related = [
            (_Models(one, select), one["local_setter"], one["remote_setter"])
            for one in info.get("related_klass_infos", ())
        ]

    def __call__(self, values: Values) -> Any:
        """None where an outer join found none."""
        if values[self._key] is None:
            return None
        one = self._load(self._names, self._columns(values))
        for make, set_here, set_there in self._related:
            other = make(values)
            set_here(one, other)
            if other is not None:
                set_there(other, one)
        return one
