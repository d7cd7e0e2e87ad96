"""What a server's process has loaded is not looked through by the garbage collector again and again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import ROOT

LOOK = """
import gc, sys
import config.{kind}
print("telephony.call_log.views" in sys.modules, gc.get_freeze_count() > 50_000, len(gc.get_objects()) < 5_000)
"""


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_a_server_sets_aside_all_that_it_loads(kind: str, tmp_path: Path) -> None:
    environment = {**os.environ, "VAR_DIR": str(tmp_path)}
    command = [sys.executable, "-c", LOOK.format(kind=kind)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "True"]
