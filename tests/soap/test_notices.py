"""IncomingCall and Event go the way of every webhook."""

from __future__ import annotations

import json

import pytest

from telephony.domain.events import Direction
from telephony.intake.replay import replay
from telephony.models import Call, Connection, Delivery
from telephony.privacy.user_keys import make_hash
from tests.soap.messages import E164, KEY, NUMBER, envelope
from tests.soap.requests import fault, post, said
from tests.telephony.factories import ExtensionFactory, UserFactory
from tests.telephony.messages import mobilon_rings, send

pytestmark = pytest.mark.django_db
RING = envelope("IncomingCall", NumFrom=NUMBER, Key=KEY)
STARTED = {"uuid": "1700000000.7", "state": "START", "direction": "incoming", "from": NUMBER, "to": "74951234567"}


def event(**changes: str) -> str:
    return envelope("Event", "http://VATSCalls", Data=json.dumps({**STARTED, **changes}))


def test_an_incoming_call_rings_the_phone_of_the_key(mobilon: Connection) -> None:
    extension = ExtensionFactory.create(connection=mobilon, user=UserFactory.create(), key=KEY, number="")
    assert said(post(RING)) == "1"
    call = Call.objects.get()
    assert (call.direction, call.status, call.client_e164) == (Direction.INCOMING, "ringing", E164)
    assert [(leg.user, leg.key_hash) for leg in call.legs.all()] == [(extension.user, make_hash(KEY))]
    delivery = Delivery.objects.get()
    assert (delivery.state, bytes(delivery.body)) == (Delivery.State.APPLIED, RING.encode())


@pytest.mark.parametrize("spelling", [NUMBER, E164, "8 (923) 529-29-26"])
@pytest.mark.parametrize("soap_first", [True, False])
def test_the_same_ring_told_by_webhook_and_by_soap_is_one_call(
    mobilon: Connection, spelling: str, soap_first: bool
) -> None:
    steps = [lambda: post(RING), lambda: send(mobilon, mobilon_rings(KEY, spelling))]
    for step in steps if soap_first else reversed(steps):
        assert step().status_code == 200
    call = Call.objects.get()
    assert call.legs.count() == 1
    assert call.events.count() == (1 if spelling == NUMBER else 2)
    assert Delivery.objects.filter(state=Delivery.State.APPLIED).count() == 2


def test_the_same_event_told_by_webhook_and_by_soap_is_one_event(mobilon: Connection) -> None:
    from tests.telephony.messages import Message

    body = json.dumps(STARTED).encode()
    send(mobilon, Message(body=body, content_type="application/json"))
    assert said(post(event())) == "1"
    assert Call.objects.get().events.count() == 1


def test_a_ring_by_soap_belongs_to_the_call_that_events_tell_of(mobilon: Connection) -> None:
    post(RING)
    post(event(state="PREANSWER", to="101", userkey=KEY))
    post(event(state="ANSWER", to="101", userkey=KEY))
    call = Call.objects.get()
    assert (call.external_id, call.status) == ("1700000000.7", "talking")
    assert call.legs.count() == 1


def test_several_phones_that_ring_are_one_call(mobilon: Connection) -> None:
    for key in (KEY, "another", KEY):
        assert said(post(RING.replace(KEY, key))) == "1"
    assert Call.objects.get().legs.count() == 2


def test_an_anonymous_caller_rings_too(mobilon: Connection) -> None:
    assert said(post(envelope("IncomingCall", NumFrom="anonymous", Key=KEY))) == "1"
    assert Call.objects.get().client_raw == ""


def test_what_an_event_says_in_capitals_and_cdata_is_read(mobilon: Connection) -> None:
    data = "<![CDATA[" + json.dumps({**STARTED, "from": "89001112233", "utmString": "a=1&b=<2>"}) + "]]>"
    assert said(post(envelope("Event", "http://VATSCalls", DATA=data))) == "1"
    assert Call.objects.get().tracking == {"utmString": "a=1&b=<2>"}


def test_an_event_that_changes_nothing_is_taken(mobilon: Connection) -> None:
    assert said(post(event(state="IVR"))) == "1"
    assert Delivery.objects.get().state == Delivery.State.IGNORED


@pytest.mark.parametrize("body", [RING, event(), event(state="HANGUP")])
def test_a_stored_request_can_be_replayed(mobilon: Connection, body: str) -> None:
    post(body)
    before = list(Call.objects.values())
    Call.objects.all().delete()
    report = replay(delivery=Delivery.objects.get())
    assert (report.state, report.error) == (Delivery.State.APPLIED, "")
    again = Call.objects.values().get()
    assert {**again, "id": 0} == {**before[0], "id": 0}
    assert replay(delivery=Delivery.objects.get()).changes == ()


def test_what_fails_for_our_own_fault_is_kept_and_answered_neutrally(
    mobilon: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    from telephony.calls import apply

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("full of secrets")

    monkeypatch.setattr(apply, "add_event", broken)
    assert said(post(RING)) == "1"
    delivery = Delivery.objects.get()
    assert delivery.state == Delivery.State.RECEIVED
    assert delivery.next_try_at is not None


def test_what_can_t_be_stored_is_a_503(mobilon: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from telephony.intake import inbox

    def full(**_: object) -> None:
        raise OperationalError("disk full at /secret/path")

    monkeypatch.setattr(inbox, "receive", full)
    response = post(RING)
    assert (response.status_code, fault(response)) == (503, "The message could not be stored; please send it again.")


def test_our_own_mistakes_are_told_to_the_log_alone(
    mobilon: Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from telephony.intake import inbox

    def broken(**_: object) -> None:
        raise RuntimeError("full of secrets")

    for name in ("process", "receive"):
        monkeypatch.setattr(inbox, name, broken)
        response = post(RING)
        assert (response.status_code, fault(response)) == (500, "Internal error.")
        assert b"secrets" not in response.content
    assert caplog.text.count("RuntimeError: full of secrets") == 2
