"""config/deploy/install on this machine: all of an installation at work, and upgraded while a PBX posts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.commands import Commands
from tests.deploy.nginx import CONF, Nginx, running
from tests.deploy.units import FOLDER, NAMES, Unit
from tests.faults.steady import Steady
from tests.load.judged import calls_in, expected_calls
from tests.rounds import rounds
from tests.servers import Server, free_port

pytestmark = pytest.mark.proof
PORTS = {"telephony-web": "8000", "telephony-streams": "8001", "telephony-hooks": "8002"}
HOST = "crm.example.ru"
PER_SECOND = rounds(20, full=50)


class Installed:
    """What the script put into a folder, run as systemd would; ports are ours."""

    def __init__(self, folder: Path, database_url: str, broker_url: str) -> None:
        self.folder = folder
        self.given = {"DESTDIR": str(folder), "VENV": sys.prefix, "HOST": HOST, "PATH": os.environ["PATH"]}
        self.given |= {"DATABASE_URL": database_url, "CELERY_BROKER_URL": broker_url}
        self.ports = {name: free_port() for name in PORTS}
        self.units: dict[str, Unit] = {}

    def install(self) -> None:
        done = subprocess.run([FOLDER / "install"], env=self.given, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        current = (self.folder / "srv/telephony/current").resolve()
        # Has the version's own code loaded, with its own settings; whoever is started from now on has them.
        self.commands = Commands({"PATH": os.environ["PATH"], **self.settings}, current)

    @property
    def settings(self) -> dict[str, str]:
        lines = (self.folder / "etc/telephony.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def start(self, name: str) -> None:
        """The version that is the current one."""
        if name in self.units:
            self.units[name].stop()
        log = self.folder / f"{name}.log"
        self.units[name] = Unit(name, self.commands, log, self.ports.get(name, 0))
        self.units[name].start()
        if name in self.ports:
            wait(name, lambda: self.ask(self.ports[name], "/healthz") == 200, log)

    def ask(self, port: int, path: str) -> int:
        return self.get(port, path)[0]

    def get(self, port: int, path: str) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("GET", path, headers={"Host": HOST})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except OSError:
            return 0, ""
        finally:
            connection.close()


def wait(what: str, condition: Callable[[], bool], log: Path | None = None) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"{what}: {log.read_text()[-3000:] if log else ''}"
        time.sleep(0.1)


@pytest.fixture
def installed(postgresql_database: str, redis_url: str, tmp_path: Path) -> Iterator[Installed]:
    made = Installed(tmp_path / "machine", postgresql_database, redis_url)
    made.install()
    for name in NAMES:
        made.start(name)
    yield made
    for unit in made.units.values():
        unit.stop()


@pytest.fixture
def server(installed: Installed) -> Server:
    """`manage.py` with the installation's settings, but for the ports."""
    server = Server(var_dir=Path(installed.settings["VAR_DIR"]), database_url=installed.settings["DATABASE_URL"])
    server.environment |= installed.settings
    server.environment["PROMISED_SERVERS"] = ",".join(f"http://127.0.0.1:{port}" for port in installed.ports.values())
    return server


@pytest.fixture
def nginx(installed: Installed, server: Server, tmp_path: Path) -> Iterator[Nginx]:
    (tmp_path / "nginx").mkdir()
    ports = {PORTS[name]: port for name, port in installed.ports.items()}
    with running(server, tmp_path / "nginx", ports=ports) as made:
        yield made


def test_it_is_at_work_and_an_upgrade_loses_no_message(installed: Installed, server: Server, nginx: Nginx) -> None:
    is_whole(installed, server, nginx)
    path = json.loads(
        server.manage("connection", "add", "sipuni", "--name", "A", "--set", "user=012345", "--json").stdout
    )
    before = installed.settings
    with Steady(nginx, path["hook_path"], per_second=PER_SECOND) as sent:
        time.sleep(1)
        installed.install()
        for name in ("telephony-hooks", "telephony-web", "telephony-streams", "telephony-worker", "telephony-beat"):
            installed.start(name)
        time.sleep(1)
    versions = sorted((installed.folder / "srv/telephony/versions").iterdir())
    assert (installed.folder / "srv/telephony/current").resolve() == versions[-1]
    assert (len(versions), installed.settings) == (2, before)
    assert not sent.unanswered
    assert sent.statuses() == {200}
    expected = expected_calls(sent.requests())
    wait("all calls", lambda: calls_in(server) == expected)
    print(f"\nUpgraded during {len(sent.answers)} messages: all answered 200, worst {sent.worst * 1000:.0f} ms")  # noqa: T201


def is_whole(installed: Installed, server: Server, nginx: Nginx) -> None:
    folder = installed.folder
    assert (folder / "etc/telephony.env").stat().st_mode & 0o777 == 0o600
    assert {path.stem for path in (folder / "etc/systemd/system").iterdir()} == set(NAMES)
    assert (folder / "etc/nginx/conf.d/telephony.conf").read_text() == CONF.read_text()
    wait(
        "database, storage, worker and beat", lambda: installed.ask(installed.ports["telephony-web"], "/readyz") == 200
    )
    status, page = installed.get(nginx.port, "/admin/login/")
    assert status == 200
    [style, *_] = re.findall(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)
    assert installed.ask(nginx.port, style) == 200
    assert installed.ask(nginx.port, "/telephony/hooks/none/none/") == 404
    assert installed.ask(nginx.port, "/telephony/live/") in (302, 403)
    assert installed.ask(nginx.port, "/metrics") == 404
    server.manage("connection", "add", "xvb", "--name", "B", "--set", "access_code=of-this-test-0123456789", "--json")
    said = server.manage("check", "--deploy").stderr
    assert re.findall(r"\((\w+\.\w+)\)", said) == ["health.public_address"], said  # Nobody has that name here.
