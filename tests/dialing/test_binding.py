"""The call that follows an order is bound to it: by id, or by phone and number."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from telephony.domain.events import EventKind, Parsed
from telephony.intake.replay import replay_many
from telephony.models import Call, Delivery, Dial, Extension
from telephony.vendors import installed
from telephony.vendors.mobilon.vendor import Mobilon
from telephony.vendors.simulated import Fault
from tests.dialing.pbx import CLIENT, SLUGS, Pbx, click, deliver_now, play
from tests.telephony.messages import Message, form, sipuni, wirecrm

pytestmark = pytest.mark.django_db


def unix(seconds: float = 0) -> str:
    return str(int(datetime.now(UTC).timestamp() + seconds))


def sipuni_call(call_id: str, number: str = CLIENT, extension: str = "101", **fields: str) -> Message:
    """An event of an outgoing call."""
    parties = {"src_num": f"012345{extension}", "src_type": "2", "dst_num": number.lstrip("+"), "dst_type": "1"}
    short = {"short_src_num": extension, "short_dst_num": number.lstrip("+")}
    number_of_event = int(fields.pop("event", "1"))
    return sipuni(number_of_event, 0, call_id, **{**parties, **short, "timestamp": unix(), **fields})


def tell(phone: Extension, message: Message, *, seconds: float = 0) -> Call:
    delivery = deliver_now(phone.connection, message, seconds=seconds)
    assert delivery.state == Delivery.State.APPLIED, delivery.error
    return delivery.events.get().call


@pytest.mark.parametrize("slug", SLUGS)
def test_from_the_click_to_the_end_of_the_call(pbx: Pbx, slug: str) -> None:
    phone = pbx.phone(slug)
    order = click(phone)
    call = play(pbx, phone.connection)
    order.refresh_from_db()
    assert (order.state, order.call) == (Dial.State.BOUND, call)
    assert (call.direction, call.status, call.client_e164) == ("outgoing", "answered", CLIENT)
    assert call.legs.get().user == phone.user


@pytest.mark.parametrize("slug", ["sipuni", "xvb", "mobilon"])
def test_an_order_that_nobody_knew_of_becomes_a_call(pbx: Pbx, slug: str) -> None:
    """The answer was lost, the PBX called all the same: phone and number tell."""
    phone = pbx.phone(slug, Fault.DROPPED)
    order = click(phone)
    assert order.state == Dial.State.UNKNOWN
    call = play(pbx, phone.connection)
    order.refresh_from_db()
    assert (order.state, order.call) == (Dial.State.BOUND, call)


def test_another_phone_or_number_or_connection_is_another_call(pbx: Pbx) -> None:
    phone = pbx.phone("sipuni")
    click(phone)
    other = pbx.phone("sipuni", "102")
    tell(phone, sipuni_call("1.1", extension="102"))
    tell(phone, sipuni_call("1.2", number="+79160000001"))
    tell(other, sipuni_call("1.3"))
    assert Dial.objects.get().call is None
    mine = tell(phone, sipuni_call("1.4"))
    assert Dial.objects.get().call == mine


def test_an_incoming_call_of_the_same_client_is_not_the_ordered_one(pbx: Pbx) -> None:
    phone = pbx.phone("sipuni")
    click(phone)
    tell(phone, sipuni(1, 0, "1.1", src_num=CLIENT, timestamp=unix()))
    assert Dial.objects.get().call is None


@pytest.mark.parametrize(("seconds", "is_bound"), [(-60, False), (-3, True), (119, True), (125, False)])
def test_a_call_within_two_minutes(pbx: Pbx, seconds: float, is_bound: bool) -> None:
    phone = pbx.phone("wirecrm")
    order = click(phone)
    start = wirecrm("NOTIFY_OUT_START", "out_1", destination=CLIENT, internal="101")
    tell(phone, start, seconds=seconds)
    order.refresh_from_db()
    assert bool(order.call) is is_bound


def test_a_start_without_an_extension_takes_the_only_order_for_its_number(pbx: Pbx) -> None:
    phone = pbx.phone("wirecrm")
    order = click(phone)
    call = tell(phone, wirecrm("NOTIFY_OUT_START", "out_1", destination=CLIENT))
    order.refresh_from_db()
    assert order.call == call


def test_a_start_without_an_extension_does_not_guess(pbx: Pbx) -> None:
    phone = pbx.phone("wirecrm")
    click(phone, key="click-0001")
    click(phone, key="click-0002")
    tell(phone, wirecrm("NOTIFY_OUT_START", "out_1", destination=CLIENT))
    assert not Dial.objects.exclude(call=None).exists()


def test_each_of_two_orders_has_its_call(pbx: Pbx) -> None:
    phone = pbx.phone("wirecrm")
    first = click(phone, key="click-0001")
    one = tell(phone, wirecrm("NOTIFY_OUT_START", "out_1", destination=CLIENT, internal="101"))
    second = click(phone, key="click-0002")
    tell(phone, wirecrm("NOTIFY_OUT_END", "out_1", destination=CLIENT, internal="101", disposition="busy"))
    assert Dial.objects.filter(call=None).get() == second
    two = tell(phone, wirecrm("NOTIFY_OUT_START", "out_2", destination=CLIENT, internal="101"))
    assert list(Dial.objects.order_by("pk").values_list("pk", "call")) == [(first.pk, one.pk), (second.pk, two.pk)]


def test_a_failed_order_has_no_call(pbx: Pbx) -> None:
    phone = pbx.phone("sipuni", Fault.NOT_REGISTERED)
    click(phone)
    tell(phone, sipuni_call("1.1", extension="999"))
    assert Dial.objects.get().call is None


def test_the_orders_id_in_the_last_event_corrects_a_guess(pbx: Pbx) -> None:
    """Two calls of one phone to one number: callbackId in event 2 says which was ordered."""
    phone = pbx.phone("sipuni")
    order = click(phone)
    by_hand = tell(phone, sipuni_call("1.1"))
    ordered = tell(phone, sipuni_call("1.2"))
    assert Dial.objects.get().call == by_hand
    end = {"event": "2", "status": "ANSWER", "call_start_timestamp": unix(-10)}
    tell(phone, sipuni_call("1.2", callbackId=order.external_id, **end), seconds=600)
    assert Dial.objects.get().call == ordered


def test_a_guess_gives_way_to_another_orders_id(pbx: Pbx) -> None:
    phone = pbx.phone("sipuni")
    first, second = click(phone, key="click-0001"), click(phone, key="click-0002")
    call = tell(phone, sipuni_call("1.1"))
    assert Dial.objects.get(call=call) == second
    end = {"event": "2", "status": "ANSWER", "call_start_timestamp": unix(-10)}
    tell(phone, sipuni_call("1.1", callbackId=first.external_id, **end))
    assert Dial.objects.get(call=call) == first
    second.refresh_from_db()
    assert (second.state, second.call) == (Dial.State.SENT, None)


def mobilon(state: str, call_id: str, **fields: Any) -> Message:
    said = {"uuid": call_id, "state": state, "direction": "external", "time": int(unix()), **fields}
    return Message(body=json.dumps(said).encode(), content_type="application/json")


@pytest.mark.parametrize("direction", ["external", "incoming"])
@pytest.mark.parametrize("nobody", ["CallAPI", "0000"])
def test_the_order_tells_whom_a_call_of_the_api_is_for(pbx: Pbx, direction: str, nobody: str) -> None:
    """Its events name nobody but the employee, who is rung first."""
    phone = pbx.phone("mobilon")
    order = click(phone)
    rings = mobilon("PREANSWER", order.external_id, direction=direction, **{"from": nobody, "to": "101"})
    call = tell(phone, rings)
    call.refresh_from_db()
    assert (call.client_raw, call.client_e164, call.client_match) == (CLIENT, CLIENT, CLIENT[-10:])
    assert call.direction == "outgoing"
    order.refresh_from_db()
    assert order.call == call
    end = mobilon(
        "HANGUP", order.external_id, direction=direction, callstatus="ANSWER", **{"from": nobody, "to": "101"}
    )
    tell(phone, end, seconds=400)
    call.refresh_from_db()
    assert (call.client_e164, call.status, call.conflicts) == (CLIENT, "answered", [])


def test_reading_everything_again_changes_nothing(pbx: Pbx) -> None:
    phone = pbx.phone("mobilon")
    order = click(phone)
    tell(phone, mobilon("START", order.external_id, **{"from": "CallAPI", "to": "101"}))
    tell(phone, mobilon("HANGUP", order.external_id, **{"from": "CallAPI", "to": "101"}))
    before = list(Call.objects.values())
    for report in replay_many(deliveries=Delivery.objects.all()):
        assert not report.changes
    assert list(Call.objects.values()) == before
    assert Dial.objects.get().call_id == before[0]["id"]


def test_a_call_of_which_nothing_but_the_order_is_left_goes(pbx: Pbx, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = pbx.phone("mobilon")
    order = click(phone)
    tell(phone, mobilon("START", order.external_id, **{"from": "CallAPI", "to": "101"}))
    assert Call.objects.get().events.filter(kind=EventKind.ORDERED).exists()
    mended = type("Mended", (Mobilon,), {"parse": lambda self, hook, profile: Parsed(ignored="mended")})()
    monkeypatch.setitem(installed(), "mobilon", mended)
    replay_many(deliveries=Delivery.objects.all())
    assert not Call.objects.exists()
    order.refresh_from_db()
    assert (order.state, order.call) == (Dial.State.BOUND, None)


def test_an_old_order_is_not_taken_by_a_delivery_that_is_read_late(pbx: Pbx) -> None:
    phone = pbx.phone("wirecrm")
    order = click(phone)
    Dial.objects.update(ordered_at=timezone.now() - timedelta(hours=1))
    tell(phone, wirecrm("NOTIFY_OUT_START", "out_1", destination=CLIENT, internal="101"))
    order.refresh_from_db()
    assert order.call is None


def queries_of(phone: Extension, message: Message) -> list[str]:
    with CaptureQueriesContext(
        database,
    ) as caught:
        tell(phone, message)
    return [query["sql"] for query in caught if "telephony_dial" in query["sql"]]


def test_an_incoming_call_costs_no_query_and_an_outgoing_one_costs_one(pbx: Pbx) -> None:
    phone = pbx.phone("sipuni")
    assert queries_of(phone, sipuni(1, 0, "1.1", timestamp=unix())) == []
    assert len(queries_of(phone, sipuni_call("1.2"))) == 1
    assert queries_of(phone, sipuni_call("1.2", event="3")) == []
    xvb = pbx.phone("xvb")
    ring = form(cmd="event", event="INCOMING", callid="x1", phone=CLIENT, access_code="10019")
    assert queries_of(xvb, ring) == []
