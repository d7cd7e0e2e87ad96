"""Migrations neither lock a table that grows nor take away what the version before, which still runs, needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import ROOT

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]

NEWEST_BEFORE = {"telephony": "0064", "crm": "0012", "config": "0003"}
"""From the next ones on. The earlier ones ran before anybody had an installation to upgrade."""
ALLOWED: dict[str, tuple[set[str], str]] = {}
"""By migration: findings that are all right there, and why."""
REFUSED = {
    "telephony.0041_sums_of_calls": {"CREATE_INDEX", "CREATE_INDEX_EXCLUSIVE", "NOT_NULL"},
    "telephony.0050_causes_of_lost_calls": {"CREATE_INDEX", "CREATE_INDEX_EXCLUSIVE", "ROWS_WHILE_LOCKED"},
    "telephony.0060_addresses_of_the_pbx": {"NOT_NULL"},
    "telephony.0062_arrival_key_unique": {"ADD_UNIQUE", "DROP_INDEX"},
}
"""Earlier ones, which show that the linter sees it."""


def findings(names: list[str], database_url: str, folder: Path) -> dict[str, set[str]]:
    environment = {**os.environ, "DATABASE_URL": database_url, "VAR_DIR": str(folder)}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    command = [sys.executable, "-m", "tests.config.migrations_lint", *names]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return {name: set(codes) for name, codes in json.loads(done.stdout).items()}


def newer() -> list[str]:
    return [
        f"{app}.{path.stem}"
        for app, newest in NEWEST_BEFORE.items()
        for path in sorted((ROOT / app / "migrations").glob("[0-9]*.py"))
        if path.stem[:4] > newest
    ]


def test_each_new_one_may_run_beside_the_version_before(postgresql: str, tmp_path: Path) -> None:
    names = newer()
    assert names
    found = findings([*names, *REFUSED], postgresql, tmp_path)
    assert {name: found[name] for name in REFUSED} == REFUSED
    bad = {name: left for name in names if (left := found[name] - ALLOWED.get(name, (set(), ""))[0])}
    assert not bad, "CONTRIBUTING.md, Add a migration, says how to do it instead."
