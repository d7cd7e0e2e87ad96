"""telephony works in a project without `crm`: its tests pass where importing crm or config fails."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.nested import passed
from tests.rounds import rounds
from tests.servers import ROOT

STANDALONE = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.standalone.settings"}
for _name in ("DATABASE_URL", "COV_CORE_SOURCE"):
    STANDALONE.pop(_name, None)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=STANDALONE, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.proof
def test_telephonys_tests_pass_without_crm_and_config() -> None:
    which: tuple[str, ...] = ("tests/telephony", "tests/vendors")
    if not rounds(0, full=1):
        # Of the vendors what all have in common: each one's modules are loaded, and each of its payloads is read.
        files = ("tests/vendors/test_vendors.py", "tests/vendors/test_payloads.py")
        which = ("-p", "tests.firsts", "tests/telephony", *files)
    assert passed(STANDALONE, *which) > rounds(250, full=500)


@pytest.mark.parametrize("name", ["crm", "config", "crm.models", "config.settings"])
def test_crm_and_config_can_not_be_imported_there(name: str) -> None:
    """Else the test above would prove nothing."""
    done = run("-c", f"import django; django.setup(); import {name}")
    assert done.returncode != 0
    assert "ModuleNotFoundError" in done.stderr


def test_migrations_are_complete_there_too() -> None:
    done = run("-m", "django", "makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr
