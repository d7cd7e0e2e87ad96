"""PBXs that sign, append a path to the address, or check it first: what is taken, refused, kept, and read later."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from telephony import vendors
from telephony.connections.settings import change_connection
from telephony.intake import inbox, refused, replay
from telephony.models import Call, Connection, Delivery
from tests.telephony.factories import ConnectionFactory
from tests.telephony.signing import SigningPbx, signed

pytestmark = pytest.mark.django_db
RIGHT = "right-s3cret-of-the-pbx"


@pytest.fixture
def pbx(monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setitem(vendors.installed(), "signing", SigningPbx())
    connection: Connection = ConnectionFactory.create(vendor="signing", settings={"secret": RIGHT, "note": ""})
    return connection


def tell(pbx: Connection, call: str, *, secret: str | None = RIGHT, tail: str = "events/call") -> Any:
    body = call.encode()
    headers = {} if secret is None else {"x-sign": signed(body, secret)}
    return Client().post(f"{pbx.hook_path}{tail}", body, content_type="text/plain", headers=headers)


def test_what_is_signed_is_taken(pbx: Connection) -> None:
    assert tell(pbx, "7.1").content == b"ok"
    assert Call.objects.get().external_id == "7.1"


def test_what_is_not_signed_is_refused_and_counted_and_leaves_nothing(pbx: Connection) -> None:
    response = tell(pbx, "7.1", secret=None)
    assert (response.status_code, response.json()) == (401, {"error": "signature"})
    assert not Delivery.objects.exists()
    pbx.refresh_from_db()
    assert pbx.rejected_count == 1


def test_a_wrong_signature_is_kept_and_nothing_is_read_of_it(pbx: Connection) -> None:
    response = tell(pbx, "7.1", secret="wrong")
    assert (response.status_code, response.json()) == (401, {"error": "signature"})
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.error) == (Delivery.State.REFUSED, "Its signature is not this connection's.")
    assert delivery.needs_attention
    assert inbox.process_due() == 0
    assert not Call.objects.exists()


@pytest.mark.parametrize("entered", ["", "mistyped"])
def test_once_the_secret_is_mended_what_came_before_is_read_and_what_others_sent_is_not(
    pbx: Connection, entered: str
) -> None:
    Connection.objects.filter(pk=pbx.pk).update(settings={"secret": entered, "note": ""})
    for call in ("7.1", "7.2"):
        assert tell(pbx, call).status_code == 401
    tell(pbx, "7.3", secret="forged")
    change_connection(connection=Connection.objects.get(pk=pbx.pk), settings={"secret": RIGHT})
    inbox.process_due()
    assert sorted(Call.objects.values_list("external_id", flat=True)) == ["7.1", "7.2"]
    assert Delivery.objects.get(state=Delivery.State.REFUSED).body == b"7.3"


def test_what_was_taken_before_does_not_stand_in_its_way(pbx: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refused, "AT_ONCE", 1)
    tell(pbx, "7.1")
    tell(pbx, "7.2", secret="new")
    change_connection(connection=pbx, settings={"secret": "new"})
    inbox.process_due()
    assert sorted(Call.objects.values_list("external_id", flat=True)) == ["7.1", "7.2"]


def test_a_replay_proves_it_again(pbx: Connection) -> None:
    tell(pbx, "7.1", secret="wrong")
    delivery = Delivery.objects.get()
    assert replay.replay(delivery=delivery).state == Delivery.State.REFUSED
    assert not Call.objects.exists()
    Connection.objects.filter(pk=pbx.pk).update(settings={"secret": "wrong", "note": ""})
    assert replay.replay(delivery=Delivery.objects.get()).state == Delivery.State.APPLIED
    assert Call.objects.get().external_id == "7.1"


def test_a_replay_of_what_was_taken_asks_for_no_proof(pbx: Connection) -> None:
    tell(pbx, "7.1")
    Connection.objects.filter(pk=pbx.pk).update(settings={"secret": "renewed", "note": ""})
    assert replay.replay(delivery=Delivery.objects.get()).state == Delivery.State.APPLIED


def test_a_check_of_the_address_needs_no_proof_and_is_no_failure(pbx: Connection) -> None:
    assert tell(pbx, "", secret=None, tail="ping").content == b"pong"
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.needs_attention) == (Delivery.State.IGNORED, False)


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_end_of_the_address_is_kept_for_reading_it_again(pbx: Connection, slash: str) -> None:
    tell(pbx, "7.1", tail="events/call" + slash)
    delivery = Delivery.objects.get()
    assert (delivery.tail, delivery.state) == ("events/call", Delivery.State.APPLIED)
    assert replay.replay(delivery=delivery).changes == ()


@pytest.mark.parametrize("tail", ["events", "events/call", "a/b/c"])
def test_who_appends_nothing_has_no_such_address(connection: Connection, tail: str) -> None:
    response = Client().post(f"{connection.hook_path}{tail}", b"x", content_type="text/plain")
    assert (response.status_code, Delivery.objects.count()) == (404, 0)
