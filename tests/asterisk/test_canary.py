"""A canary call that a real Asterisk makes to a number outside: it arrives, or is named, and leaves nothing."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.asterisk.office import Office
from tests.asterisk.phones import answering, ringing
from tests.asterisk.running import Asterisk
from tests.e2e.browser import run

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
def office(new_office: Callable[..., Office]) -> Office:
    made = new_office(is_public=True, asgi=True)  # Streams are held by this server.
    run(made.server, CHOOSE)
    return made


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
