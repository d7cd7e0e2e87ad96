"""Whatever process of the installation is killed comes back, and what it does is done again."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.commands import Commands
from tests.deploy.units import FOLDER, NAMES, Unit, kill, read
from tests.servers import Server, free_port

SECONDS = 60
PATHS = {
    "telephony-web": "/admin/login/",
    "telephony-hooks": "/telephony/hooks/a/b/",
    "telephony-streams": "/admin/login/",
}
FRESH = ("telephony-web", "telephony-beat")
"""Their programs start as on a server, the first time; `manage.py demo` starts those of the others (test_demo.py)."""


def wait(what: str, condition: Callable[[], bool]) -> float:
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < SECONDS, what
        time.sleep(0.1)
    return time.monotonic() - begun


def test_each_unit_says_that_it_is_started_again() -> None:
    assert NAMES == ["telephony-beat", "telephony-hooks", "telephony-streams", "telephony-web", "telephony-worker"]
    for name in NAMES:
        service = read(name)
        assert (service["Restart"], service["KillMode"]) == ("always", "mixed"), name
        assert ("--respawn-failed-workers" in service["ExecStart"]) == ("granian" in service["ExecStart"]), name


def test_systemd_understands_each_unit(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not here")
    for path in FOLDER.glob("*.service"):
        copy = tmp_path / path.name
        text = path.read_text().replace("/srv/telephony/current/.venv/bin/", "/bin/true ")
        text = text.replace("/srv/telephony/current", "/tmp").replace("/srv/telephony", "/tmp")
        copy.write_text(text)
        done = subprocess.run([program, "verify", str(copy)], capture_output=True, text=True, check=False)
        said = [line for line in done.stderr.splitlines() if path.name in line]
        assert not said, said


class Installation:
    """All units on one database; `answers` tells whether a unit does its work now."""

    def __init__(self, folder: Path, commands: Commands) -> None:
        self.ports = {name: free_port() for name in PATHS}
        self.logs = {name: folder / f"{name}.log" for name in NAMES}
        self.units = {
            name: Unit(name, commands, self.logs[name], self.ports.get(name, 0), first_is_fresh=name in FRESH)
            for name in NAMES
        }

    def answers(self, name: str) -> bool:
        connection = HTTPConnection("127.0.0.1", self.ports[name], timeout=5)
        try:
            connection.request("GET", PATHS[name])
            return connection.getresponse().status in (200, 404)
        except OSError:
            return False
        finally:
            connection.close()

    def told(self, name: str, words: str) -> int:
        log = self.logs[name]
        return log.read_text(errors="replace").count(words) if log.exists() else 0


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """What has the project loaded, for the starts of all units."""
    server = Server(var_dir=tmp_path_factory.mktemp("units") / "var")
    server.make_tables()
    return Commands(server.environment)


@pytest.fixture
def installation(tmp_path: Path, commands: Commands) -> Iterator[Installation]:
    made = Installation(tmp_path, commands)
    yield made
    for unit in made.units.values():
        unit.stop()


@pytest.mark.proof
@pytest.mark.parametrize("name", PATHS)
def test_a_server_that_is_killed_answers_again(installation: Installation, name: str) -> None:
    unit = installation.units[name]
    unit.start()
    wait("start", lambda: installation.answers(name))
    workers = unit.processes()[1:]
    for pid in workers[-1:]:  # A worker alone: the program itself goes on, and has as many again.
        kill(pid)
        wait("a new worker", lambda: pid not in unit.processes() and len(unit.processes()) >= len(workers) + 1)  # noqa: B023
        assert unit.starts == 1
        wait("answers", lambda: installation.answers(name))
    kill(unit.processes()[0])
    wait("a new start", lambda: unit.starts == 2)
    wait("answers", lambda: installation.answers(name))


@pytest.mark.proof
@pytest.mark.parametrize(("name", "words"), [("telephony-worker", "ready"), ("telephony-beat", "beat: Starting")])
def test_the_worker_and_its_clock_begin_again(installation: Installation, name: str, words: str) -> None:
    unit = installation.units[name]
    unit.command += ["--loglevel", "info"]
    unit.start()
    wait("start", lambda: installation.told(name, words) == 1)
    kill(unit.processes()[0])
    wait("a new start", lambda: installation.told(name, words) == 2)
