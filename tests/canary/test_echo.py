"""A canary call that the PBX really makes: ordered, told of, recognised by our own id, and nothing of it is left."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.canary.front import Front, answering, passing
from tests.databases import ROOT, postgresql_database, postgresql_template
from tests.e2e.browser import run
from tests.servers import Server, free_port

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]
SLUGS = ("mango", "uis")
ECHO = "+79990000001"
SET_UP = """
import json
from telephony.connections.settings import add_connection
from telephony.models import Extension
from django.contrib.auth import get_user_model
person = get_user_model().objects.create(username="echo")
made = {}
for slug, settings in json.loads(%(settings)r).items():
    connection = add_connection(
        vendor=slug, name=slug, time_zone="Europe/Moscow", phone_region="RU", settings=settings,
        policy={"internal_networks": ["127.0.0.0/8"], "echo_number": %(number)r, "echo_phone": "101"},
    )
    made[slug] = connection.pk
    for number in ("101", "102", "103"):
        Extension.objects.create(connection=connection, user=person, number=number, key=f"70{number}")
print(json.dumps(made))
"""

READ_AGAIN = """
from telephony.intake.replay import replay
from telephony.models import Call, Delivery
for delivery in Delivery.objects.order_by("pk"):
    replay(delivery=delivery)
print(Call.objects.count())
"""

LISTED = """
import json, time
from django.utils import timezone
from telephony.models import CanaryRun, Connection
from telephony.reconcile import requests
from telephony.talks import hold
connection = Connection.objects.get(pk=%d)
day = timezone.localdate()
call_id = CanaryRun.objects.filter(connection=connection).latest("pk").call_id
info = connection.vendor_object.call_info
def by_the_pbx():
    told = hold(info.day(connection.talk_profile(), day), connection=connection, limits=requests.LIMITS_OF_DAY)
    return sum(call.call_id == call_id for call in told.calls)
until = time.monotonic() + 30  # A call is listed when it has ended, and it was heard when it began.
while not by_the_pbx() and time.monotonic() < until:
    time.sleep(0.5)
taken = requests.ask_for_day(connection=connection, day=day)
print(json.dumps({
    "by the PBX": by_the_pbx(),
    "here": sum(call.call_id == call_id for call in taken.calls),
}))
"""


class Office:
    """A server with streams, a proxy before it, and PBXs that are served by `manage.py simulate serve`."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.api_port = free_port()
        api = f"http://127.0.0.1:{self.api_port}"
        self.settings = {
            "mango": {"api_key": "key", "api_salt": "salt", "api_url": f"{api}/mango"},
            "uis": {
                "access_token": "token",
                "call_api_url": f"{api}/uis/call/v4.0",
                "data_api_url": f"{api}/uis/data/v2.0",
            },
        }
        self.server = Server(var_dir=folder, database_url=database_url, asgi=True)
        self.front = Front(self.server.port)
        self.server.environment["TELEPHONY_PUBLIC_URL"] = self.front.url
        self.connections: dict[str, int] = json.loads(
            run(self.server, SET_UP % {"settings": json.dumps(self.settings), "number": ECHO})
        )
        self._pbxs: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        self.server.start()
        whose = [word for pk in self.connections.values() for word in ("--connection", str(pk))]
        serve = ["simulate", "serve", "--quiet", "--speed", "8", "--base-url", self.front.url]
        command = [sys.executable, "manage.py", *serve, "--port", str(self.api_port), *whose]
        self._pbxs = [subprocess.Popen(command, cwd=ROOT, env=self.server.environment)]
        until = time.monotonic() + 40
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.api_port), timeout=1):
                return
            time.sleep(0.2)
        raise AssertionError("The simulated PBXs did not start.")

    def stop(self) -> None:
        for process in self._pbxs:
            process.terminate()
            process.wait()
        self.server.stop()
        self.front.stop()

    def call(self, slug: str, *, seconds: float = 60) -> dict[str, Any]:
        words = ("canary", "--echo", "--json", "--connection", str(self.connections[slug]), "--seconds", str(seconds))
        done = self.server.manage(*words, check=False)
        told: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        assert told, done.stderr
        return told[0]

    def ask(self, code: str) -> Any:
        return json.loads(run(self.server, f"import json\nfrom telephony.models import *\nprint(json.dumps({code}))"))


@pytest.fixture(scope="module")
def office(postgresql: str, new_var_dir: Callable[[], Path]) -> Iterator[Office]:
    with postgresql_database(postgresql, template=postgresql_template(postgresql)) as (_, url):
        made = Office(url, new_var_dir())
        try:
            made.start()
            yield made
        finally:
            made.stop()


@pytest.mark.parametrize("slug", SLUGS)
def test_it_arrives_and_no_call_comes_of_it(office: Office, slug: str) -> None:
    told = office.call(slug)
    assert told["ok"], (
        told,
        office.ask("list(Delivery.objects.values_list('state', 'attempts', 'error', 'traceback'))"),
    )
    assert told["heard_ms"] is not None
    assert (
        office.ask("[model.objects.count() for model in (Call, CallEvent, CallFact, Card, Recording, Dial)]") == [0] * 6
    )
    run_of = f"CanaryRun.objects.filter(connection={office.connections[slug]})"
    assert office.ask(f"bool({run_of}.latest('pk').call_id)")
    states = office.ask(
        f"sorted(set(Delivery.objects.filter(connection={office.connections[slug]}).values_list('state', flat=True)))"
    )
    assert states == ["ignored"]
    listed = json.loads(run(office.server, LISTED % office.connections[slug]))
    assert listed == {"by the PBX": 1, "here": 0}


def test_read_again_it_is_no_call_either(office: Office) -> None:
    assert office.call("mango")["ok"]
    done = run(office.server, READ_AGAIN)
    assert done.strip() == "0"


def test_what_keeps_it_away_is_named_and_gone_when_mended(office: Office) -> None:
    office.front.meddle = answering(b"/hooks/", "404 Not Found")
    try:
        assert office.call("mango", seconds=8)["problem"] == "not_told"
        assert office.call("mango", seconds=8)["problem"] == "not_told"
    finally:
        office.front.meddle = passing
    health = json.loads(office.server.manage("health", "--json", check=False).stdout)
    codes = {one["code"] for whole in health for one in whole["findings"]}
    assert "echo_not_told" in codes
    assert office.call("mango")["ok"]
