"""No input of a stranger or of a colleague is answered by a fault of ours: every address, every parameter."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.databases import ROOT
from tests.rounds import rounds
from tests.servers import Server

SWEEP = "from tests.surface.sweep import main\nmain(full={full})"


@pytest.mark.proof
@pytest.mark.postgresql
def test_nothing_that_is_sent_is_answered_by_a_fault(
    postgresql_database: str, make_server: Callable[..., Server]
) -> None:
    server = make_server(database_url=postgresql_database)
    code = SWEEP.format(full=rounds(0, full=1) == 1)
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", code]
    longest = rounds(600, full=7200)
    done = subprocess.run(
        command, cwd=ROOT, env=server.environment, capture_output=True, text=True, timeout=longest, check=True
    )
    told = done.stdout
    found = json.loads(next(line for line in told.splitlines() if line.startswith("FOUND")).removeprefix("FOUND"))
    assert not found, "\n".join(" | ".join(map(str, row)) for row in found)
