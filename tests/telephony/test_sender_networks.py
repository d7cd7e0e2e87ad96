"""Messages are taken from the listed addresses of a PBX only; those from elsewhere are kept, not read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from telephony.connections.settings import add_connection, settings_changed
from telephony.health.report import connections_health
from telephony.intake import canary_mark, inbox
from telephony.models import Call, Connection, Delivery

pytestmark = pytest.mark.django_db
RINGS = {"call_id": "1.7", "src_num": "79235292926", "src_type": 1, "dst_num": "012345101", "dst_type": 2, "event": 1}


def office(*networks: str) -> Connection:
    made: Connection = add_connection(
        vendor="sipuni", name="Office", time_zone="Europe/Moscow", phone_region="RU", settings={"user": "012345"}
    )
    made.sender_networks = list(networks)
    made.full_clean()
    made.save()
    return made


def post(to: Connection, sender: str, **headers: str) -> int:
    body = json.dumps(RINGS)
    sent = Client(REMOTE_ADDR=sender).post(to.hook_path, body, content_type="application/json", headers=headers)
    return sent.status_code


@pytest.mark.parametrize(
    ("networks", "sender", "is_read"),
    [
        ((), "198.51.100.9", True),
        (("203.0.113.7",), "203.0.113.7", True),
        (("203.0.113.7",), "203.0.113.8", False),
        (("203.0.113.0/24", "198.51.100.9"), "198.51.100.9", True),
        (("203.0.113.0/24",), "::ffff:203.0.113.200", True),
        (("2001:db8::/32",), "2001:db8::17", True),
        (("203.0.113.0/24",), "2001:db8::17", False),
        (("203.0.113.0/24",), "unix:", False),
    ],
)
def test_who_may_send(networks: tuple[str, ...], sender: str, is_read: bool) -> None:
    status = post(office(*networks), sender)
    assert (status, Call.objects.exists()) == ((200, True) if is_read else (403, False))
    assert Delivery.objects.get().state == ("applied" if is_read else "refused")


def test_what_was_refused_is_read_when_the_address_is_added() -> None:
    connection = office("203.0.113.7")
    post(connection, "203.0.113.99")
    [health] = connections_health([connection.pk])
    [said] = [one for one in health.findings if one.code == "foreign_sender"]
    assert "1 message was refused" in said.text
    connection.sender_networks = ["203.0.113.0/24"]
    connection.save()
    settings_changed(connection=connection)
    inbox.process_due()
    assert Call.objects.get().external_id == "1.7"
    [health] = connections_health([connection.pk])
    assert "foreign_sender" not in [one.code for one in health.findings]


@pytest.mark.parametrize(("is_ours", "status"), [(True, 200), (False, 403)])
def test_our_own_canary_calls_come_from_here(is_ours: bool, status: int) -> None:
    connection = office("203.0.113.7")
    mark = canary_mark.mark(connection_id=connection.pk if is_ours else connection.pk + 1, run_id=1)
    said: dict[str, Any] = {canary_mark.HEADER: mark}
    assert post(connection, "127.0.0.1", **said) == status
