"""Orders to a PBX that nobody can reach: it fetches them, does each once, and tells later what came of it."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from telephony.dialing import fetched, orders
from telephony.domain.exceptions import DialProblem
from telephony.models import Call, Connection, Delivery, Dial, Extension
from telephony.vendors import standard_webhooks as signing
from tests.telephony.factories import ConnectionFactory, ExtensionFactory, make_user

pytestmark = pytest.mark.django_db
SECRET = "secret-of-the-agent"
CLIENT = "+79201119613"


@pytest.fixture
def phone() -> Extension:
    connection = ConnectionFactory.create(vendor="asterisk", settings={"secret": SECRET, "trunks": "trunk"})
    extension: Extension = ExtensionFactory.create(connection=connection, number="101", user=make_user("anna"))
    return extension


@pytest.fixture
def order(phone: Extension, monkeypatch: pytest.MonkeyPatch) -> Dial:
    """An order that waits for the agent; nobody waits with it."""
    monkeypatch.setattr(orders.lanes, "put", lambda _key, work: work())
    monkeypatch.setattr(fetched, "wait_until_fetched", lambda order: None)
    return orders.dial(user=phone.user, number=CLIENT, key="1")


def headers(body: bytes) -> dict[str, str]:
    stamp = str(int(time.time()))
    sign = signing.signature(SECRET.encode(), f"msg_1.{stamp}.".encode() + body)
    return {signing.MESSAGE_ID: "msg_1", signing.TIMESTAMP: stamp, signing.SIGNATURE: f"v1,{sign}"}


def poll(connection: Connection) -> list[dict[str, Any]]:
    response = Client().get(f"{connection.hook_path}commands", headers=headers(b""))
    assert response.status_code == 200
    commands: list[dict[str, Any]] = response.json()["commands"]
    return commands


def tell(connection: Connection, *events: dict[str, str]) -> list[dict[str, Any]]:
    at = timezone.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    body = json.dumps({"v": 1, "seq": 1, "events": [{"at": at, **event} for event in events]}).encode()
    response = Client().post(connection.hook_path, body, content_type="application/json", headers=headers(body))
    assert response.status_code == 200
    commands: list[dict[str, Any]] = response.json()["commands"]
    return commands


def test_an_order_rides_in_the_answer_to_a_poll_and_the_poll_is_not_stored(phone: Extension, order: Dial) -> None:
    (command,) = poll(phone.connection)
    assert (command["do"], command["extension"], command["number"]) == ("call", "101", "89201119613")
    order.refresh_from_db()
    assert (command["id"], order.state) == (order.external_id, Dial.State.SENT)
    assert not Delivery.objects.exists()


def test_it_waits_for_the_poll_and_makes_no_message_dearer(phone: Extension, order: Dial) -> None:
    assert tell(phone.connection) == []
    (command,) = poll(phone.connection)
    assert command["id"] == Dial.objects.get().external_id


def test_it_is_given_out_again_under_the_same_id_until_it_is_a_call(phone: Extension, order: Dial) -> None:
    """An answer may be lost on its way; the agent does each id once."""
    first, second = poll(phone.connection), poll(phone.connection)
    assert first == second
    own = {"Channel": "PJSIP/101-0000002a", "Uniqueid": first[0]["id"], "Linkedid": first[0]["id"]}
    assert tell(phone.connection, {"Event": "Newchannel", "Exten": "s", **own}) == []
    order.refresh_from_db()
    assert (order.state, order.call) == (Dial.State.BOUND, Call.objects.get())
    assert Call.objects.get().client_e164 == CLIENT


def test_nobody_else_s_agent_gets_it(phone: Extension, order: Dial) -> None:
    other = ConnectionFactory.create(vendor="asterisk", settings={"secret": SECRET})
    assert poll(other) == []


def test_a_poll_without_the_right_signature_learns_nothing(phone: Extension, order: Dial) -> None:
    path = f"{phone.connection.hook_path}commands"
    assert Client().get(path).status_code == 401
    assert Client().get(path, headers=headers(b"") | {signing.SIGNATURE: "v1,AAAA"}).status_code == 401
    order.refresh_from_db()
    assert order.state == Dial.State.ORDERED


def test_too_late_it_is_not_given_out_any_more(phone: Extension, order: Dial) -> None:
    Dial.objects.update(ordered_at=timezone.now() - timedelta(seconds=30))
    assert poll(phone.connection) == []


def test_who_clicked_is_told_that_nobody_came_for_it(
    phone: Extension, monkeypatch: pytest.MonkeyPatch, order: Dial
) -> None:
    monkeypatch.undo()
    Dial.objects.update(ordered_at=timezone.now() - timedelta(seconds=30))
    fetched.wait_until_fetched(Dial.objects.get())
    late = Dial.objects.get()
    assert (late.state, late.error_code) == (Dial.State.FAILED, DialProblem.NOT_SENT)


@pytest.mark.parametrize(
    ("reason", "code"), [("3", "own_phone_silent"), ("0", "own_phone_busy"), ("8", "own_phone_busy")]
)
def test_what_failed_later_is_told_in_words(phone: Extension, order: Dial, reason: str, code: str) -> None:
    (command,) = poll(phone.connection)
    failure = {"Event": "OriginateResponse", "Response": "Failure", "ActionID": command["id"], "Reason": reason}
    tell(phone.connection, failure)
    order.refresh_from_db()
    assert (order.state, order.error_code) == (Dial.State.FAILED, code)
    assert Delivery.objects.get().state == Delivery.State.APPLIED
