"""`manage.py simulate` as an administrator runs it, against a real server."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError, call_command

from tests.servers import ROOT, Server, free_port

VENDORS = ("sipuni", "wirecrm", "xvb", "mobilon", "zadarma", "mango", "uis", "itoolabs", "onlinepbx", "demo")
SECRETS = {"zadarma": {"secret": "secret"}, "mango": {"api_salt": "salt"}}
"""Of those that sign: what the simulator signs with where nothing is entered."""
ADD_CONNECTIONS = f"""
import json
from telephony.connections.settings import add_connection
made = [
    add_connection(vendor=vendor, name=vendor, time_zone="Asia/Omsk", phone_region="RU", settings=settings)
    for vendor in {VENDORS}
    for settings in [{SECRETS}.get(vendor, {{}})]
]
print(json.dumps([{{"id": one.pk, "vendor": one.vendor, "hook_path": one.hook_path}} for one in made]))
"""
"""One process instead of one for each of `connection add`."""


class Site:
    """A server with a connection of each vendor, by its slug."""

    def __init__(self, server: Server) -> None:
        self.server = server
        made = server.manage("shell", "-v0", "-c", ADD_CONNECTIONS)
        self.connections = {one["vendor"]: one for one in json.loads(made.stdout)}

    def simulate(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.server.manage("simulate", *arguments, check=False)

    def calls(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.server.manage("calls", "--json").stdout.splitlines()]


@pytest.fixture(scope="module")
def site(new_var_dir: Callable[[], Path]) -> Iterator[Site]:
    server = Server(var_dir=new_var_dir())
    server.make_tables()
    site = Site(server)
    server.start()
    yield site
    server.stop()


@pytest.mark.proof
@pytest.mark.parametrize("vendor", VENDORS)
def test_disturbed_calls_of_every_vendor_are_received_as_played(site: Site, vendor: str) -> None:
    done = site.simulate(
        *("calls", "--connection", str(site.connections[vendor]["id"]), "--base-url", site.server.url),
        *("--count", "12", "--rate", "30", "--speed", "100", "--seed", "7", "--check"),
        *("--duplicates", "0.3", "--reorder", "0.2", "--delay", "0.1", "--wrong-secret", "0.2"),
        # Its answers have no time of their own: which of two came first is lost where messages overtake one another.
        *(("--variant", "ends") if vendor == "zadarma" else ()),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "checked: 12 calls are what was played, 0 could not be compared" in done.stdout
    assert "404:" in done.stdout
    assert site.connections[vendor]["hook_path"].split("/")[4] not in done.stdout + done.stderr


@pytest.mark.proof
def test_an_address_alone_is_enough_and_a_changed_call_fails_the_check(site: Site) -> None:
    url = site.server.url + site.connections["mobilon"]["hook_path"]
    arguments = (
        "calls",
        "--vendor",
        "mobilon",
        "--url",
        url,
        "--count",
        "3",
        "--rate",
        "0",
        "--speed",
        "0",
        "--check",
        "--quiet",
    )
    assert site.simulate(*arguments, "--form", "template", "--seed", "1").returncode == 0
    # Sipuni's messages mean nothing at Mobilon's address: not one of the calls is there.
    wrong = site.simulate(*arguments[:1], "--vendor", "sipuni", *arguments[3:], "--patience", "0.5")
    assert wrong.returncode == 1
    assert "it is not there" in wrong.stdout


@pytest.mark.proof
def test_a_server_that_is_not_there_fails(site: Site) -> None:
    done = site.simulate(
        "calls", "--connection", "1", "--base-url", f"http://127.0.0.1:{free_port()}", "--rate", "0", "--speed", "0"
    )
    assert done.returncode == 1
    assert "did not answer" in done.stderr


@pytest.mark.proof
def test_an_ordered_call_is_played(site: Site) -> None:
    """simulate serve: the order's answer names the id that the last message carries."""
    port = free_port()
    connection = str(site.connections["sipuni"]["id"])
    process = _start(
        site, "serve", "--port", str(port), "--connection", connection, "--base-url", site.server.url, "--speed", "100"
    )
    try:
        address = f"http://127.0.0.1:{port}/sipuni/api/callback/call_number"
        _until(lambda: f"127.0.0.1:{port}/xvb" in _line(process))
        form = {"antiaon": "0", "phone": "89050001234", "reverse": "0", "sipnumber": "102", "user": "012345"}
        signed = "+".join([*(form[name] for name in sorted(form)), "secret"])
        form["hash"] = hashlib.md5(signed.encode()).hexdigest()
        with urllib.request.urlopen(address, urlencode(form).encode(), timeout=10) as answer:
            assert json.loads(answer.read())["success"] is True
        _until(lambda: any(call["client_e164"] == "+79050001234" for call in site.calls()))
    finally:
        assert _stop(process) == 0


@pytest.mark.proof
def test_traffic_plays_on_every_connection_until_it_is_stopped(site: Site) -> None:
    before = {call["external_id"] for call in site.calls()}
    process = _start(site, "traffic", "--base-url", site.server.url, "--rate", "20", "--speed", "50", "--serve")
    try:
        _until(lambda: {call["vendor"] for call in site.calls() if call["external_id"] not in before} == {*VENDORS})
    finally:
        assert _stop(process) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["calls", "--connection", "99"], "connection list"),
        (["calls", "--vendor", "sipuni"], "--vendor needs --url"),
        (
            ["calls", "--vendor", "xvb", "--url", "http://127.0.0.1/", "--scenario", "internal"],
            "can't tell of internal",
        ),
        (["calls", "--vendor", "xvb", "--url", "http://127.0.0.1/", "--clients", "nobody"], "no telephone number"),
        (["calls", "--vendor", "xvb", "--url", "http://127.0.0.1/", "--variant", "soap"], "full, printed"),
        (["calls", "--vendor", "xvb", "--url", "http://127.0.0.1/", "--wrong-secret", "1"], "no secret"),
        (
            ["calls", "--vendor", "mobilon", "--url", "http://127.0.0.1/", "--form", "template", "--extension", "101"],
            "has a key",
        ),
        (
            ["calls", "--vendor", "xvb", "--url", "http://a/", "--extension", "1", "--key", "2", "--key", "3"],
            "as many keys",
        ),
        (["calls", "--vendor", "xvb", "--url", "http://127.0.0.1/", "--lose", "2"], "from 0 to 1"),
        (["calls", "--vendor", "xvb", "--url", "http://127.0.0.1/", "--count", "0"], "from 1 up"),
        (["calls", "--vendor", "xvb", "--url", "http://127.0.0.1/", "--delay", "long"], "from 0 up"),
        (["traffic", "--rate", "0"], "above 0"),
        (["traffic"], "no enabled connection that"),
        (["serve", "--hook", "http://127.0.0.1/"], "--hook"),
    ],
)
def test_nonsense_is_named(arguments: list[str], error: str) -> None:
    with pytest.raises(CommandError, match=error):
        call_command("simulate", *arguments)


def _start(site: Site, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "simulate", *arguments],
        cwd=Path(ROOT),
        env={**site.server.environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )


def _stop(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=15)
    return process.returncode


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)
