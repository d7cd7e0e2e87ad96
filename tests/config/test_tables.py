"""A new database has the same tables by the migration that stands for 51 as by those themselves."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.databases import migrated_sqlite
from tests.rounds import rounds
from tests.servers import ROOT

STARTS = """
import sys
from django.conf import settings
from django.core.management import execute_from_command_line
settings.MIGRATION_MODULES = {"telephony": "one_by_one"}
execute_from_command_line(["manage.py", "migrate", "-v0"])
"""
RIGHTS = """
SELECT g.name, p.codename FROM auth_group g JOIN auth_group_permissions m ON m.group_id = g.id
JOIN auth_permission p ON p.id = m.permission_id
"""


@pytest.mark.proof
def test_one_migration_makes_what_all_of_them_made(tmp_path: Path) -> None:
    if not rounds(0, full=1):
        pytest.skip("It takes half a minute: with --full.")
    before = tmp_path / "one_by_one"
    before.mkdir()
    for path in (ROOT / "telephony" / "migrations").glob("*.py"):
        if "squashed" not in path.name:
            (before / path.name).symlink_to(path)
    environment = {**os.environ, "VAR_DIR": str(tmp_path), "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    environment |= {"DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run([sys.executable, "-c", STARTS], cwd=ROOT, env=environment, check=True, timeout=300)
    (tmp_path / "new.sqlite3").write_bytes(migrated_sqlite())
    assert what_is_in(tmp_path / "new.sqlite3") == what_is_in(tmp_path / "db.sqlite3")


def what_is_in(path: Path) -> dict[str, object]:
    """Columns in any order, indexes, and who may do what."""
    with closing(sqlite3.connect(path)) as database:
        found: dict[str, object] = {"rights": set(database.execute(RIGHTS))}
        for table, kind, name, sql in database.execute(
            "SELECT tbl_name, type, name, sql FROM sqlite_master"
        ).fetchall():
            if kind == "table":
                found[name] = sorted(row[1:] for row in database.execute("SELECT * FROM pragma_table_info(?)", [table]))
            else:
                found[name] = sql
    return found
