"""What the database's rows become: tuples, single values or models, by a plan that is made once for a query.

Django makes that plan anew for each query. What comes out is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

from django.db.models import QuerySet
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable

from telephony.database import instances

Values = Sequence[Any]
Make = Callable[[Values], Any]


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


def converting(compiler: Any, connection: Any) -> Callable[[Iterable[Values]], list[list[Any]]]:
    """What makes of rows as the database sends them rows as the model's fields read them."""
    found = compiler.get_converters([column for column, *_ in compiler.select])
    plan = [(place, convert, expression) for place, (all_of, expression) in found.items() for convert in all_of]

    def converted(rows: Iterable[Values]) -> list[list[Any]]:
        made = [list(row) for row in rows]
        for place, convert, expression in plan:
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
