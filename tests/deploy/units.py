"""The units of config/deploy, run by a test instead of systemd: what ends is started again, as they say.

Most starts are forks of a process that has loaded the project (`Commands`): loading it costs more than all that a test
then asks of the program.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from configparser import RawConfigParser
from contextlib import suppress
from pathlib import Path

from tests.commands import Commands, Process
from tests.load.workers import children_of
from tests.servers import ROOT

FOLDER = ROOT / "config/deploy"
NAMES = sorted(path.stem for path in FOLDER.glob("*.service"))


def read(name: str) -> dict[str, str]:
    """Section Service."""
    parser = RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(FOLDER / f"{name}.service")
    return dict(parser["Service"])


class Unit:
    """One program, in a process group of its own; its port is changed.

    `first_is_fresh`: it is first started as systemd does, by Python with nothing loaded.
    """

    def __init__(
        self, name: str, commands: Commands, log: Path, port: int = 0, *, first_is_fresh: bool = False
    ) -> None:
        service = read(name)
        program, *arguments = shlex.split(service["ExecStart"])
        if port:
            arguments[arguments.index("--port") + 1] = str(port)
        self.command = [Path(program).name, *arguments]
        self._again, self._pause = service["Restart"] == "always", float(service["RestartSec"])
        self._commands, self._log, self._first_is_fresh = commands, log, first_is_fresh
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self.main: Process | subprocess.Popen[bytes] | None = None
        self.starts = 0

    def start(self) -> None:
        self._thread.start()

    def _keep(self) -> None:
        while not self._ends.is_set():
            fresh = self._first_is_fresh and not self.starts
            self.main = self._start_fresh() if fresh else self._commands.start(*self.command, log=self._log)
            self.starts += 1
            while self.main.poll() is None and not self._ends.wait(0.1):
                pass
            self._sweep(self.main)
            if not self._again or self._ends.wait(self._pause):
                return

    def _start_fresh(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "ignore", "-m", *self.command]
        options = {"cwd": ROOT, "env": self._commands.environment, "stdin": subprocess.DEVNULL}
        with self._log.open("ab") as log:
            return subprocess.Popen(command, start_new_session=True, stdout=log, stderr=log, **options)  # type: ignore[call-overload,no-any-return]

    def _sweep(self, main: Process | subprocess.Popen[bytes]) -> None:
        """As KillMode=mixed: SIGTERM to the program itself, SIGKILL to what is left of it."""
        if main.poll() is None:
            main.terminate()
            with suppress(subprocess.TimeoutExpired):
                main.wait(15)
        with suppress(ProcessLookupError):
            os.killpg(main.pid, signal.SIGKILL)
        main.wait()

    def processes(self) -> list[int]:
        """All of it, the program itself first."""
        if self.main is None or self.main.poll() is not None:
            return []
        return [self.main.pid, *children_of(self.main.pid)]

    def stop(self) -> None:
        self._ends.set()
        if self._thread.ident is not None:
            self._thread.join(30)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2][:3]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
