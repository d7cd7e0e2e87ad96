"""A canary call that a real Asterisk makes to a number outside: it arrives, or is named, and leaves nothing."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from telephony.vendors import installed
from tests.asterisk.office import Office
from tests.asterisk.phones import answering, ringing
from tests.asterisk.running import Asterisk
from tests.databases import postgresql_database, postgresql_template
from tests.e2e.browser import run
from tests.servers import Server

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]
ECHO = "+74950000001"
CHOOSE = f"""
from telephony.models import Connection
Connection.objects.update(echo_number="{ECHO}", echo_phone="101")
"""
LEFT = """
import json
from telephony.models import *
print(json.dumps([model.objects.count() for model in (Call, CallEvent, CallFact, Card, Recording, Dial)]))
"""


@pytest.fixture(scope="module")
def office(
    running_asterisk: Asterisk,
    postgresql: str,
    tmp_path_factory: pytest.TempPathFactory,
    new_var_dir: Callable[[], Path],
) -> Iterator[Office]:
    if "asterisk" not in installed():
        pytest.skip("Asterisk is not among the PBXs of this installation.")
    with postgresql_database(postgresql, template=postgresql_template(postgresql)) as (_, url):
        # Streams are held by this server.
        server = Server(var_dir=new_var_dir(), database_url=url, asgi=True)
        server.environment["TELEPHONY_PUBLIC_URL"] = server.url
        made = None
        try:
            made = Office(server, running_asterisk, tmp_path_factory.mktemp("agent"))
            run(server, CHOOSE)
            yield made
        finally:
            if made:
                made.stop()
            server.stop()


@contextmanager
def hanging_up(asterisk: Asterisk) -> Iterator[None]:
    """As an echo number does after a while."""

    def press() -> None:
        asterisk.wait_until_talking("trunk")
        time.sleep(1.5)
        asterisk.press("Hangup", "trunk", Cause="16")

    thread = threading.Thread(target=press)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def call(office: Office, *, seconds: float) -> dict[str, Any]:
    done = office.server.manage("canary", "--echo", "--json", "--seconds", str(seconds), check=False)
    told: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert told, done.stderr
    return told[0]


def test_it_arrives_and_nothing_is_left(office: Office, asterisk: Asterisk) -> None:
    asterisk.phone("101", answering())
    asterisk.phone("trunk", answering())
    with hanging_up(asterisk):
        told = call(office, seconds=60)
    assert told["ok"], told
    assert told["heard_ms"] is not None
    assert json.loads(run(office.server, LEFT)) == [0] * 6


def test_a_phone_that_nobody_picks_up_is_named(office: Office, asterisk: Asterisk) -> None:
    asterisk.phone("101", ringing())
    told = call(office, seconds=30)
    assert told["problem"] == "not_ordered", told
    assert json.loads(run(office.server, LEFT)) == [0] * 6
