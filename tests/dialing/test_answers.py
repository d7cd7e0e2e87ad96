"""The order's result and the call's first message may come in any order, and from several processes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from telephony.dialing import orders
from telephony.domain.exceptions import CallBusy
from telephony.models import Call, Dial
from telephony.vendors.simulated import Employee, Fault, Order
from tests.dialing.pbx import CLIENT, Pbx, click, deliver_now, play
from tests.telephony.messages import Message, form

pytestmark = pytest.mark.django_db


def told_meanwhile(monkeypatch: pytest.MonkeyPatch, pbx: Pbx, tell: Callable[[Order], Any]) -> None:
    """The PBX takes the order, tells of its call, and only then answers."""
    real = orders.hold

    def send(*args: Any, **kwargs: Any) -> Any:
        try:
            return real(*args, **kwargs)
        finally:
            for _, order in pbx.accepted:
                tell(order)

    monkeypatch.setattr(orders, "hold", send)


def mobilon_start(call_id: str, *, to: str) -> Message:
    said = {"uuid": call_id, "state": "START", "direction": "external", "from": "CallAPI", "to": to}
    return Message(body=json.dumps({**said, "time": int(time.time())}).encode(), content_type="application/json")


def test_a_call_without_a_client_is_found_by_its_id(pbx: Pbx, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = pbx.phone("mobilon")
    told_meanwhile(
        monkeypatch, pbx, lambda order: deliver_now(phone.connection, mobilon_start(order.order_id, to="0000"))
    )
    order = click(phone)
    call = Call.objects.get()
    assert (order.state, order.call) == (Dial.State.BOUND, call)
    assert (call.client_e164, call.direction) == (CLIENT, "outgoing")


def test_a_call_of_a_phone_that_is_not_known_is_found_by_its_id(pbx: Pbx, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = pbx.phone("xvb")

    def tell(order: Order) -> None:
        fields = {"cmd": "event", "event": "OUTGOING", "type": "out", "ext": "softphone", "phone": CLIENT}
        deliver_now(phone.connection, form(**fields, callid=order.order_id))

    told_meanwhile(monkeypatch, pbx, tell)
    order = click(phone)
    assert (order.state, order.call) == (Dial.State.BOUND, Call.objects.get())


def test_a_call_that_came_before_the_answer_was_lost_answers_itself(pbx: Pbx, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = pbx.phone("sipuni", Fault.DROPPED)
    told_meanwhile(monkeypatch, pbx, lambda order: play(pbx, phone.connection, order=order))
    order = click(phone)
    assert (order.state, order.call) == (Dial.State.BOUND, Call.objects.get())


def test_a_refused_order_lets_go_of_a_call_that_was_made_by_hand(pbx: Pbx, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = pbx.phone("wirecrm", Fault.NOT_REGISTERED)
    by_hand = Order(employee=Employee(extension="999"), number=CLIENT)
    real = orders.hold

    def send(*args: Any, **kwargs: Any) -> Any:
        play(pbx, phone.connection, order=by_hand)
        assert Dial.objects.get().state == Dial.State.BOUND
        return real(*args, **kwargs)

    monkeypatch.setattr(orders, "hold", send)
    order = click(phone)
    assert (order.state, order.call) == (Dial.State.FAILED, None)


def test_while_others_work_on_the_call_the_result_is_noted_all_the_same(
    pbx: Pbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = pbx.phone("mobilon")
    real = orders.locks.take

    def take(*, names: Iterable[str], patience_ms: int) -> None:
        if any(name.startswith("call:") for name in names) and patience_ms == orders.PATIENCE_MS:
            raise CallBusy("Another process worked on the same call for too long.")
        real(names=names, patience_ms=patience_ms)

    monkeypatch.setattr(orders.locks, "take", take)
    order = click(phone)
    assert (order.state, order.external_id) == (Dial.State.SENT, pbx.accepted[0][1].order_id)
    deliver_now(phone.connection, mobilon_start(order.external_id, to="0000"))
    order.refresh_from_db()
    assert (order.call, order.call.client_e164) == (Call.objects.get(), CLIENT)


def test_a_second_click_is_told_at_once_how_the_first_stands(pbx: Pbx) -> None:
    phone = pbx.phone("wirecrm")
    Dial.objects.create(user=phone.user, phone_raw=CLIENT, phone_e164=CLIENT, idempotency_key="click-0001")
    begun = time.monotonic()
    assert click(phone).outcome == Dial.State.ORDERED
    Dial.objects.update(state=Dial.State.SENT)
    assert click(phone).outcome == Dial.State.SENT
    assert time.monotonic() - begun < 1
    assert not pbx.asked
