"""Prints what locks a table in migrations, or breaks the version before, as JSON.

In a process of its own: it needs the SQL for PostgreSQL. What django-migration-linter does not look for is below.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from typing import Any

import django

CHECKS_ALL_ROWS = re.compile(r"ADD CONSTRAINT .* CHECK \((?!.*NOT VALID)")


def more(migration: Any, statements: Sequence[str]) -> list[str]:
    """A check of all rows, and rows that are written while a table is locked by the same transaction."""
    found = []
    altered, made = _tables("ALTER", statements), _tables("CREATE", statements)
    if _tables("ALTER", [sql for sql in statements if CHECKS_ALL_ROWS.search(sql)]) - made:
        found.append("CHECKS_ALL_ROWS")
    runs_python = any(type(operation).__name__ == "RunPython" for operation in migration.operations)
    if runs_python and migration.atomic and altered - made:
        found.append("ROWS_WHILE_LOCKED")
    return found


def _tables(verb: str, statements: Sequence[str]) -> set[str]:
    return {name for sql in statements for name in re.findall(rf'^{verb} TABLE (?:IF EXISTS )?"?(\w+)', sql)}


def main(names: list[str]) -> None:
    django.setup()
    from django_migration_linter import MigrationLinter
    from django_migration_linter.sql_analyser import analyse_sql_statements

    linter = MigrationLinter(no_cache=True, no_output=True)
    found = {}
    for name in names:
        app, _, number = name.partition(".")
        migration = linter.migration_loader.disk_migrations[app, number]
        statements = linter.get_sql(app, number)
        errors, _, warnings = analyse_sql_statements(linter.sql_analyser_class, statements)
        of_data = linter.analyse_data_migration(migration)
        issues = {one.code for one in (*errors, *warnings, *of_data[0], *of_data[2])}
        found[name] = sorted({*issues, *more(migration, statements)} - {"RUNPYTHON_MODEL_VARIABLE_NAME"})
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
