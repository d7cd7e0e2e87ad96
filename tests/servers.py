"""A real server of this project in processes of its own, on a database of its own."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import signal
import socket
import subprocess
import time
from http.client import HTTPConnection
from pathlib import Path

from tests.commands import Commands, Process, loaded
from tests.databases import ROOT, migrated_sqlite  # noqa: F401  (others have ROOT from here)

START_SECONDS = 30

_FIRST_PORT = 20000
_PORTS_OF_A_WORKER = 1000
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_own_first = _FIRST_PORT + _worker * _PORTS_OF_A_WORKER
# Two runs on one machine (as two users, of two branches) hardly start at the same one.
_skipped = secrets.randbelow(_PORTS_OF_A_WORKER)
_ports = itertools.cycle(_own_first + (_skipped + step) % _PORTS_OF_A_WORKER for step in range(_PORTS_OF_A_WORKER))


def free_port() -> int:
    """A port that nothing listens on.

    Each of pytest's workers has its own range, below those which the system gives to clients: what is free now
    is so still when the server has started.
    """
    for port in _ports:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("never reached: the ports are a cycle")


class Server:
    """granian (or with `asgi` uvicorn, which holds event streams) with this project, and `manage.py`, same settings.

    It is forked from a process that has the project loaded, with which it shares memory until it writes into it.
    """

    def __init__(
        self, *, var_dir: Path, database_url: str = "", workers: int = 1, threads: int = 1, asgi: bool = False
    ) -> None:
        self.port = free_port()
        self.asgi = asgi
        self.application = "config.asgi:application" if asgi else "config.web:application"
        self.workers, self.threads = workers, threads
        inherited = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
        self.environment = {**inherited, "VAR_DIR": str(var_dir), "DATABASE_URL": database_url}
        self.environment["WEB_THREADS"] = str(threads)
        self._process: Process | None = None
        self._commands: Commands | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def make_tables(self) -> None:
        """As `manage.py migrate` makes them, but at once. A PostgreSQL database of the fixture's has them already."""
        if not self.environment["DATABASE_URL"]:
            var_dir = Path(self.environment["VAR_DIR"])
            var_dir.mkdir(parents=True, exist_ok=True)
            (var_dir / "db.sqlite3").write_bytes(migrated_sqlite())

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `manage.py ARGUMENTS`; its output is in the result."""
        done = self._loaded().run(*arguments)
        if check and done.returncode:
            raise AssertionError(f"manage.py {arguments[0]} failed:\n{done.stdout}\n{done.stderr}")
        return done

    def _loaded(self) -> Commands:
        self._commands = loaded(self.environment)  # It stays for as long as this server does.
        return self._commands

    def start(self) -> None:
        words = self._uvicorn() if self.asgi else self._granian()
        self._process = self._loaded().start(*words)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError("The server did not start.")
            time.sleep(0.05)

    def _granian(self) -> list[str]:
        return [
            *("granian", self.application, "--interface", "asginl", "--no-ws"),
            *("--host", "127.0.0.1", "--port", str(self.port), "--log-level", "error"),
            *("--workers", str(self.workers)),
        ]

    def _uvicorn(self) -> list[str]:
        return [
            *("uvicorn", self.application),
            *("--lifespan", "off", "--ws", "none"),
            *("--host", "127.0.0.1", "--port", str(self.port), "--log-level", "error", "--no-access-log"),
            *("--timeout-graceful-shutdown", "3"),
        ]

    def kill(self) -> None:
        """SIGKILL to the server and all its workers at once: nothing gets to clean up."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(15)
        self._process = None

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/telephony/hooks/none/none/")
            return connection.getresponse().status == 404
        except OSError:
            return False
        finally:
            connection.close()
