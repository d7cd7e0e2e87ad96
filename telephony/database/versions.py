"""Whether a row is still as a process read it.

PostgreSQL keeps two numbers with every version of a row: the transaction that wrote it (xmin) and where it lies (ctid).
Whoever changes the row, in whatever way, changes them, so what was made of the row holds as long as they are the same.
They mean something only to the server that gave them: when it began is part of the version. SQLite has nothing of
the kind: there a row is read each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Expression, Model, TextField


@dataclass(frozen=True, slots=True)
class Version:
    """Of one row, as it was when it was read."""

    model: type[Model]
    key: int
    text: str


class RowVersion(Expression):
    """For `annotate`: the text of a row's version; empty where the database keeps none."""

    def __init__(self, model: type[Model]) -> None:
        super().__init__(output_field=TextField())
        self.model = model

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return (sql_of(self.model), ()) if connection.vendor == "postgresql" else ("''", ())


def sql_of(model: type[Model]) -> str:
    """The version of the row of this table, in a statement that names the table once."""
    table = connection.ops.quote_name(model._meta.db_table)
    return f"{table}.xmin::text || {table}.ctid::text || pg_postmaster_start_time()::text"
