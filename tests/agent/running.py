"""The agent as it runs at a customer's: a process of its own, on the oldest Python that is here."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.agent.collector import SECRET
from tests.agent.fake_ami import SECRET as AMI_SECRET
from tests.agent.fake_ami import USER
from tests.servers import ROOT

FOLDER = ROOT / "telephony" / "agent"


def oldest_python() -> str:
    """A Python 3.9 where one is installed, else the tests' own."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [*sorted(map(str, pyenv.glob("3.9.*/bin/python"))), shutil.which("python3.9") or ""]
    for candidate in filter(None, candidates):
        if subprocess.run([candidate, "-c", "import ssl"], capture_output=True, check=False).returncode == 0:
            return candidate
    return sys.executable


PYTHON = oldest_python()


class Agent:
    """Its configuration, its folders and, when it runs, its process."""

    def __init__(self, folder: Path, address: str, ami_port: int) -> None:
        self.folder = folder
        self.spool, self.recordings = folder / "spool", folder / "recordings"
        self.recordings.mkdir(parents=True, exist_ok=True)
        self.log = folder / "log"
        self.settings: dict[str, dict[str, str]] = {
            "crm": {"address": address, "secret": SECRET, "agent": "office", "poll_seconds": "0.2"},
            "ami": {"host": "127.0.0.1", "port": str(ami_port), "user": USER, "secret": AMI_SECRET},
            "orders": {},
            "recordings": {"folder": str(self.recordings)},
            "spool": {"folder": str(self.spool)},
        }
        self.command = [PYTHON, "-m", "asterisk_agent"]
        self.process: subprocess.Popen[bytes] | None = None

    def write_settings(self) -> Path:
        path = self.folder / "agent.ini"
        lines = [
            line
            for section, values in self.settings.items()
            for line in (f"[{section}]", *(f"{name} = {value}" for name, value in values.items()))
        ]
        path.write_text("\n".join(lines) + "\n")
        path.chmod(0o640)
        return path

    def start(self) -> None:
        path = self.write_settings()
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(FOLDER)}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([*self.command, str(path)], env=environment, stdout=log, stderr=log)

    def kill(self) -> None:
        """SIGKILL: it gets to do nothing more."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        process, self.process = self.process, None
        if process is None:
            return 0
        process.send_signal(number)
        return process.wait(10)

    def wait_until_said(self, text: str, *, seconds: float = 15) -> None:
        until = time.monotonic() + seconds
        while text not in self.said():
            assert time.monotonic() < until, self.said()
            time.sleep(0.05)

    def said(self) -> str:
        return self.log.read_text()
