"""Programs started together end together, and what they had started ends with them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.demo.processes import answers
from tests.servers import ROOT, free_port

CHILD = """
import os, pathlib, signal, subprocess, sys, time
name, folder, stubborn = sys.argv[1:]
if stubborn == "yes":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if not name.endswith("child"):
    subprocess.Popen([sys.executable, __file__, name + "-grandchild", folder, "yes"])
path = pathlib.Path(folder, name)
path.with_suffix(".new").write_text(str(os.getpid()))
path.with_suffix(".new").rename(path)
while not pathlib.Path(folder, "end-" + name).exists():
    time.sleep(0.02)
"""
PARENT = """
import pathlib, sys
from config.demo import processes
processes.GRACE_SECONDS = 1
child, folder, stubborn, wait_for = sys.argv[1:]
try:
    with processes.Processes() as running:
        running.start("first", child, "first", folder, "no")
        running.start("second", child, "second", folder, stubborn)
        print("done" if not running.wait(lambda: pathlib.Path(folder, wait_for).exists()) else "", flush=True)
        print("ended:", running.wait(), flush=True)
except processes.Stopped:
    print("stopped", flush=True)
"""


class Run:
    """The parent in a process of its own, with two programs that have started a stubborn one each."""

    NAMES = ("first", "second", "first-grandchild", "second-grandchild")

    def __init__(self, folder: Path, stubborn: str) -> None:
        self.folder = folder
        (folder / "child.py").write_text(CHILD)
        (folder / "parent.py").write_text(PARENT)
        self.parent = subprocess.Popen(
            [sys.executable, str(folder / "parent.py"), str(folder / "child.py"), str(folder), stubborn, "second"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 20
        while not all((folder / name).exists() for name in self.NAMES):
            assert time.monotonic() < deadline, "The programs did not start."
            time.sleep(0.02)
        self.pids = [int((folder / name).read_text()) for name in self.NAMES]

    def output(self) -> list[str]:
        return self.parent.communicate(timeout=20)[0].split("\n")

    def living(self) -> list[int]:
        return [pid for pid in self.pids if _lives(pid)]


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("stubborn", ["no", "yes"])
def test_a_signal_ends_all_of_them(tmp_path: Path, number: signal.Signals, stubborn: str) -> None:
    run = Run(tmp_path, stubborn)
    assert run.living() == run.pids
    run.parent.send_signal(number)
    run.parent.send_signal(number)  # A second Ctrl-C leaves none of them running either.
    assert run.output()[:2] == ["done", "stopped"]
    assert run.parent.returncode == 0
    assert run.living() == []


def test_when_one_ends_the_others_end_too(tmp_path: Path) -> None:
    run = Run(tmp_path, "no")
    (tmp_path / "end-second").write_text("")
    assert run.output()[:2] == ["done", "ended: second"]
    assert run.living() == []


def test_whether_a_server_answers() -> None:
    assert not answers(free_port())
