"""Queries that a webhook asks: put into SQL once in a process.

The ORM needs longer to build a statement than to send it, and builds the same one for each message anew. Here a query
is written with the ORM as everywhere, with `Given` in the place of what differs from time to time:

    OF_CALL = Prepared(lambda: CallLeg.objects.filter(call_id=Given("call")))
    legs = OF_CALL.rows(call=call.pk)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import BooleanField, Expression, F, Func, QuerySet

from telephony.database import cursors, results

Row = TypeVar("Row")


class Given(Expression):
    """A value that is given with each question. It is sent as it is: a number, a text or a truth."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)

    def value(self, values: Mapping[str, Any]) -> Any:
        return values[self.name]


class GivenTime(Given):
    """A moment."""

    def value(self, values: Mapping[str, Any]) -> Any:
        return connection.ops.adapt_datetimefield_value(values[self.name])


class GivenTexts(Given):
    """A list of texts: one parameter, however many they are."""

    kind = "text"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        if connection.vendor == "postgresql":
            return f"(%s::{self.kind}[])", (self,)
        return "(SELECT value FROM json_each(%s))", (self,)

    def value(self, values: Mapping[str, Any]) -> Any:
        found = list(values[self.name])
        return found if connection.vendor == "postgresql" else json.dumps(found)


class GivenNumbers(GivenTexts):
    """The same of whole numbers, like the keys of rows."""

    kind = "bigint"


class Comparison(Func):
    """A field beside what is given by a name; between them stands an operator."""

    template = "%(expressions)s"
    output_field = BooleanField()
    operator_of_sqlite = ""

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, arg_joiner=self.operator_of_sqlite, **context)


class OneOf(Comparison):
    """`OneOf("number", "numbers")`: the field is one of the texts that are given by this name."""

    # Not by a SELECT of them: no index would be used where there is another condition, too, and either does.
    arg_joiner, operator_of_sqlite = " = ANY ", " IN "

    def __init__(self, field: str, name: str, of: type[GivenTexts] = GivenTexts) -> None:
        super().__init__(F(field), of(name))


class Same(Comparison):
    """`Same("connection_id", "connection")`: the field is what is given by this name, and no index is looked up for it.

    For a condition that leaves many rows, beside one that leaves hardly any. PostgreSQL knows nothing of a table that
    is new or was just restored, and takes an index of either for as good.
    """

    arg_joiner, operator_of_sqlite = " IS NOT DISTINCT FROM ", " IS "

    def __init__(self, field: str, name: str) -> None:
        super().__init__(F(field), Given(name))


class Filled(Func):
    """`Filled("number")`: the text is not empty. An index of such rows alone can be used only if this stands in the
    statement itself, not in a parameter."""

    template = "%(expressions)s <> ''"
    output_field = BooleanField()


class Prepared(Generic[Row]):
    """A query of which only the values change."""

    def __init__(self, build: Callable[[], QuerySet[Any, Row]]) -> None:
        self._build = build
        self._built: dict[str, Statement] = {}
        """By the kind of database: tests have two."""

    def rows(self, **values: Any) -> list[Row]:
        """All of them, as the query's own rows would be."""
        statement = self.statement(connection.vendor)
        return statement.made_of(cursors.run(statement.sql, statement.parameters(values)))

    def first(self, **values: Any) -> Row | None:
        """The first of `rows`; the query says itself that it wants no more."""
        return next(iter(self.rows(**values)), None)

    def statement(self, vendor: str) -> Statement:
        """For this kind of database, which is the present one's."""
        found = self._built.get(vendor)
        if found is None:
            found = self._built[vendor] = Statement(self._build())
        return found


class Statement:
    """A query's text, and what its rows become: neither changes."""

    def __init__(self, query: QuerySet[Any, Any]) -> None:
        compiler = query.query.get_compiler(connection=connection)
        self.sql, parameters = compiler.as_sql()
        self._compiler, self._parameters = compiler, tuple(parameters)
        self.width = len(compiler.select)
        """Columns of a row."""
        self._converted = results.converting(compiler, connection)
        self._make = results.maker(query, compiler)

    def parameters(self, values: Mapping[str, Any]) -> list[Any]:
        """What goes to the database beside the text."""
        return [one.value(values) if isinstance(one, Given) else one for one in self._parameters]

    def made_of(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        """What the query's own rows would be, of these of the database."""
        return [self._make(values) for values in self._converted(found)]

    def made_of_json(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        """The same of rows that the database sent as JSON. Raises TypeError for what JSON does not have as it is."""
        return [self._make(values) for values in self._converted_json(found)]

    @cached_property
    def _converted_json(self) -> results.Converted:
        return results.converting_json(self._compiler, connection)
