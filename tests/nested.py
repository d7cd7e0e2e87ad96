"""Tests that run others, in a process with settings of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping

from tests.servers import ROOT


def passed(environment: Mapping[str, str], *arguments: str, seconds: int = 300) -> int:
    """How many tests passed; all of them have to. The options of whoever runs this are not theirs."""
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *arguments]
    own = {**environment, "PYTEST_ADDOPTS": ""}
    done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, timeout=seconds, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    count = re.search(r"(\d+) passed", done.stdout)
    assert count is not None
    return int(count[1])
