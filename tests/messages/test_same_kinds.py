"""Other messages of the same kinds, for each vendor: ends of one phone, greetings, an end that was a colleague's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from telephony.models import Call, Connection, Delivery
from tests.messages.playing import legs, office, open_cards

pytestmark = pytest.mark.django_db
Tell = Callable[..., None]


def telling(vendor: str, **always: str) -> Tell:
    """Sends one message: the fields that all have, and its own. `at` is a second after 100 seconds ago, as `clock`."""
    connection: Connection = office(vendor)
    begun = int(timezone.now().timestamp()) - 100

    def tell(clock: str = "", at: int = 0, **own: Any) -> None:
        moment = {clock: begun + at} if clock else {}
        hints = {name: begun + value for name, value in own.items() if name.endswith("_timestamp")}
        sent = urlencode({**always, **moment, **own, **hints})
        assert Client().get(f"{connection.hook_path}?{sent}").status_code == 200
        assert Delivery.objects.latest("pk").state == Delivery.State.APPLIED, Delivery.objects.latest("pk").error

    return tell


def sipuni() -> Tell:
    return telling("sipuni", call_id="1.1", src_num="79165551301", src_type="1")


def phone(number: str) -> dict[str, str]:
    return {"dst_num": f"012345{number}", "dst_type": "2", "short_dst_num": number}


def told() -> tuple[str, list[tuple[str, str]], list[str]]:
    call = Call.objects.get()
    return call.status, legs(call), open_cards(call)


def test_sipuni_a_group_of_which_one_declines_and_another_answers() -> None:
    tell = sipuni()
    for number in ("101", "102"):
        tell("timestamp", 90, event=1, **phone(number))
    tell("timestamp", 93, event=2, status="BUSY", **phone("101"))
    tell("timestamp", 95, event=3, **phone("102"))
    assert told() == ("talking", [("101", "busy"), ("102", "talking")], ["102"])
    tell("timestamp", 99, event=2, status="ANSWER", **phone("102"))
    assert told() == ("answered", [("101", "busy"), ("102", "answered")], [])


def test_sipuni_the_others_of_a_group_stop_when_one_has_answered() -> None:
    tell = sipuni()
    for number in ("101", "102", "103"):
        tell("timestamp", 90, event=1, **phone(number))
    tell("timestamp", 93, event=3, **phone("102"))
    tell("timestamp", 93, event=2, status="CANCEL", **phone("101"))
    tell("timestamp", 94, event=2, status="NOANSWER", **phone("103"))
    status, _, cards = told()
    assert (status, cards) == ("talking", ["102"])


def test_mobilon_the_next_phone_rings_after_the_end_of_the_first() -> None:
    tell = telling("mobilon", uuid="1.1", direction="incoming", **{"from": "89165551301"})
    tell("time", 80, state="START", to="83912223344")
    tell("time", 81, state="PREANSWER", to="101", userkey="KEY101")
    tell("time", 90, state="HANGUP", to="83912223344", userkey="KEY101")
    assert told()[2] == []
    tell("time", 91, state="PREANSWER", to="102", userkey="KEY102")
    assert told() == ("ringing", [("101", "no_answer"), ("102", "ringing")], ["102"])
    tell("time", 95, state="ANSWER", to="102", userkey="KEY102")
    tell("time", 99, state="HANGUP", to="83912223344", callstatus="Answered", duration="4", userkey="KEY102")
    assert told()[:2] == ("answered", [("101", "no_answer"), ("102", "answered")])


@pytest.mark.parametrize("state", ["NOANSWER", "CANCELLED", "declined"])
def test_mobilon_a_state_of_one_phone(state: str) -> None:
    tell = telling("mobilon", uuid="1.1", direction="incoming", **{"from": "89165551301"})
    for number in ("101", "102"):
        tell("time", 91, state="PREANSWER", to=number, userkey=f"KEY{number}")
    tell("time", 95, state=state, to="101", userkey="KEY101")
    status, _, cards = told()
    assert (status, cards) == ("ringing", ["102"])


def test_mobilon_only_a_greeting() -> None:
    tell = telling("mobilon", uuid="1.1", direction="incoming", **{"from": "89165551301"})
    tell("time", 40, state="START", to="83912223344")
    tell("time", 60, state="PREANSWER", to="101", userkey="KEY101")
    tell("time", 99, state="HANGUP", to="83912223344", callstatus="ANSWER", duration="57")
    assert told() == ("no_answer", [("101", "no_answer")], [])


@pytest.mark.parametrize("event", ["CANCELLED", "Canceled", "MISSED", "no_answer"])
def test_xvb_one_phone_stops_ringing(event: str) -> None:
    tell = telling("xvb", cmd="event", callid="C1", type="in", phone="79165551301")
    for number in ("101", "102"):
        tell(event="INCOMING", ext=number)
    tell(event=event, ext="101")
    status, _, cards = told()
    assert (status, cards) == ("ringing", ["102"])
    tell(event="ACCEPTED", ext="102")
    assert told()[0] == "talking"
    tell(event="COMPLETED", status="Success", duration="4", ext="102")
    assert told()[0] == "answered"


def test_xvb_only_a_greeting() -> None:
    tell = telling("xvb", cmd="event", callid="C1", type="in", phone="79165551301")
    tell(event="INCOMING", ext="101")
    tell(event="CANCELLED", ext="101")
    tell(event="COMPLETED", status="Success", duration="00:00:20")
    assert told() == ("no_answer", [("101", "cancelled")], [])


def test_xvb_a_cancellation_that_names_no_phone_changes_nothing() -> None:
    connection = office("xvb")
    Client().get(f"{connection.hook_path}?cmd=event&event=CANCELLED&callid=C1&phone=79165551301")
    delivery = Delivery.objects.get()
    assert delivery.state == Delivery.State.IGNORED
    assert "names no phone" in delivery.error


def test_wirecrm_a_talk_that_one_phone_s_end_tells_of() -> None:
    tell = telling("wirecrm", pbx_call_id="in_1", caller_id="79165551301", called_did="74957770000")
    tell(event="NOTIFY_START")
    tell(event="NOTIFY_INTERNAL", internal="101")
    tell(event="NOTIFY_INTERNAL_END", internal="101", duration="0:12", disposition="answered")
    tell(event="NOTIFY_END", internal="101", duration="12.0", disposition="Answered")
    assert told() == ("answered", [("101", "answered")], [])
    assert Call.objects.get().talk_seconds == 12


def test_wirecrm_only_a_greeting() -> None:
    tell = telling("wirecrm", pbx_call_id="in_1", caller_id="79165551301", called_did="74957770000")
    tell(event="NOTIFY_START")
    for number in ("101", "102"):
        tell(event="NOTIFY_INTERNAL", internal=number)
        tell(event="NOTIFY_INTERNAL_END", internal=number, duration="0", disposition="NO ANSWER")
    tell(event="NOTIFY_END", duration="40", disposition="answered")
    assert told() == ("no_answer", [("101", "no_answer"), ("102", "no_answer")], [])
    assert Call.objects.get().is_missed
