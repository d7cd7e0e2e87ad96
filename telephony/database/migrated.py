"""Whether the database has the tables that this program wants."""

from __future__ import annotations

from functools import cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def missing_migrations() -> int:
    """How many of the program's are not applied. The files are read once, the database's list each time."""
    return len(_wanted() - set(MigrationRecorder(connection).applied_migrations()))


@cache
def _wanted() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(connection).graph.nodes)
