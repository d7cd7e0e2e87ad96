"""Writes rows of models by SQL, for lists_data.py: a million calls of the ORM's would take half an hour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models


class Filler:
    """Writes rows of models by `INSERT ... SELECT`; columns that are not given get their field's default."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def run(self, sql: str) -> None:
        self._cursor.execute(sql.replace("%%", "%"))

    def insert(self, model: type[models.Model], source: str, /, **columns: str) -> None:
        """`source` follows FROM; each column is an SQL expression over it."""
        names, values, given = [], [], []
        for field in model._meta.local_concrete_fields:
            if field.column in columns:
                values.append(columns[field.column])
            elif field.primary_key or field.generated:
                continue
            elif getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
                values.append("now()")
            else:
                values.append("%s")
                given.append(field.get_db_prep_save(field.get_default(), connection))
            names.append(f'"{field.column}"')
        into = f'INSERT INTO "{model._meta.db_table}" ({", ".join(names)})'
        self._cursor.execute(f"{into} SELECT {', '.join(values)} FROM {source}", given)


@contextmanager
def without_indexes(cursor: Any) -> Iterator[None]:
    """Rows come first, then all indexes that are no constraint: that takes a third of the time."""
    cursor.execute("SET session_replication_role = replica")  # No triggers: foreign keys are right by themselves here.
    cursor.execute("SET maintenance_work_mem = '512MB'")
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
        "WHERE NOT indisunique AND (indrelid::regclass::text LIKE 'telephony%' OR indrelid::regclass::text LIKE 'crm%')"
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _, definition in indexes:
        cursor.execute(definition)
    cursor.execute("SET session_replication_role = DEFAULT")


def turn_of(number: str, values: Sequence[str]) -> str:
    """SQL for the value whose turn it is at this number."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"(ARRAY[{listed}])[1 + ({number}) %% {len(values)}]"
