"""What is wrong with what came at a new connection's address is said in a sentence of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from telephony.assistant.judging import heard_of
from telephony.connections.settings import rotate
from telephony.intake import stray
from telephony.models import Connection
from tests.rows import rows

pytestmark = pytest.mark.django_db
JSON = "application/json"


def _template(client: Client, path: str) -> None:
    body = '{"event":"incoming","call_session_id":"1","contact_phone_number":"{{contact_phone_number}}"}'
    client.post(path, body, content_type=JSON)


def _by_get(client: Client, path: str) -> None:
    client.get(path, {"cmd": "event", "type": "INCOMING"})


def _unreadable(client: Client, path: str) -> None:
    client.post(path, "<call/>", content_type="text/xml")


def _signed_wrong(client: Client, path: str) -> None:
    body = "vpbx_api_key=the-key&json=%7B%7D&sign=" + "0" * 64
    client.post(path + "events/call", body, content_type="application/x-www-form-urlencoded")


def _old_address(client: Client, path: str) -> None:
    connection = Connection.objects.get()
    rotate(connection=connection)
    stray._written_at.clear()
    client.post(path, {"x": "1"})


def _check(client: Client, path: str) -> None:
    client.get(path)


CASES: list[tuple[str, Callable[[Client, str], None], str, str]] = [
    ("uis", _template, "{{contact_phone_number}}", ""),
    ("onlinepbx", _by_get, "Choose the method POST", ""),
    ("telphin", _unreadable, "It can't be read", "can't be read"),
    ("mango", _signed_wrong, "does not fit", "nobody has proved"),
    ("xvb", _old_address, "to the address of before", ""),
    ("sipuni", _check, "", "the address is right"),
]


def test_each_mistake_has_its_sentence(client: Client) -> None:
    with rows(database=True) as row:
        for vendor, mistake, wrong, taken_for in CASES:
            with row((vendor, wrong)):
                settings = {"api_key": "the-key", "api_salt": "the-salt"} if vendor == "mango" else {}
                connection = Connection.objects.create(vendor=vendor, name="Office", settings=settings)
                mistake(client, connection.hook_path)
                heard = heard_of(Connection.objects.get())
                assert heard
                assert wrong in heard[0].wrong if wrong else not heard[0].wrong
                assert taken_for in heard[0].taken_for
