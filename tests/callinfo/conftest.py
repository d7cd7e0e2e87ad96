"""Fixtures for the tests of call info."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from telephony.models import Connection
from telephony.reconcile import pulling
from tests.callinfo.office import DAY, Office, open_office
from tests.callinfo.pages import client_with
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import at


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """An hour after the calls that are told here."""
    with time_machine.travel(at(3600)) as traveller:
        yield traveller


@pytest.fixture
def office(db: None, clock: time_machine.Traveller) -> Iterator[Office]:
    with open_office() as opened:
        yield opened


@pytest.fixture
def connection(db: None) -> Connection:
    """Another PBX, which can't be asked."""
    made: Connection = ConnectionFactory.create()
    return made


@pytest.fixture
def admin(db: None) -> Client:
    """Somebody who may reconcile."""
    return client_with("view_connection", "change_connection", "see_all_calls", "view_call")


@pytest.fixture
def pulled(office: Office) -> Office:
    """One call of each standing."""
    office.lists(0, "ANSWERED", of="79990000001", duration=65, call_id="170.001")
    office.tells(600, "START", "170.002", from_="79990000002")
    office.lists(600, "BUSY", of="79990000002", callid="170.002")
    office.tells(1200, "HANGUP", "170.003", from_="79990000003")
    office.tells(1800, "HANGUP", "170.004", from_="79990000004")
    office.lists(1800, of="79990000004", callid="170.004")
    office.rings(2404, number="79990000005")
    office.lists(2400, of="79990000005")
    office.lists(2406, of="79990000005")
    pulling.request(connection=office.connection, day=DAY)
    pulling.pull_due()
    return office
