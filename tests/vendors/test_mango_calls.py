"""Mango Office's messages and their traps: each part of a call ends by itself, and counts its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from telephony.domain.events import CallStatus, Direction, LegRole
from telephony.domain.exceptions import MalformedHook
from telephony.domain.fold import CallState, fold
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.vendors import get_vendor
from tests.vendors.payloads import profile

START = 1772435730
RECEIVED_AT = datetime.fromtimestamp(START + 120, UTC)
CLIENT = {"number": "79161234567"}
TAKEN = {**CLIENT, "taken_from_call_id": "L0"}


def known(**settings: Any) -> ConnectionProfile:
    return profile(**{"api_key": "test-vpbx-key", "api_salt": "test-vpbx-salt", **settings})


def told(tail: str, received_at: datetime = RECEIVED_AT, **facts: Any) -> Hook:
    text = json.dumps({"entry_id": "E1", **facts})
    sign = hashlib.sha256(f"test-vpbx-key{text}test-vpbx-salt".encode()).hexdigest()
    body = urlencode({"vpbx_api_key": "test-vpbx-key", "sign": sign, "json": text}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Hook(method="POST", tail=tail, headers=headers, body=body, received_at=received_at)


def part(
    second: int, state: str, extension: str = "101", *, seq: int = 1, place: str = "abonent", **facts: Any
) -> Hook:
    phone = {"extension": extension, "number": f"sip:u{extension}@example.mangosip.ru"} if extension else {}
    call = {"call_id": extension or "L0", "timestamp": START + second, "seq": seq, "call_state": state}
    facts = {"from": TAKEN if extension else CLIENT, "to": {**phone, "line_number": "74951234567"}, **facts}
    return told("events/call", **call, location=place, **facts)


def summary(talk: int | None, end: int, extension: str = "101", **facts: Any) -> Hook:
    times = {"create_time": START, "talk_time": 0 if talk is None else START + talk, "end_time": START + end}
    whole = {"call_direction": 1, "from": CLIENT, "to": {"extension": extension}, "line_number": "74951234567"}
    return told("events/summary", **{**whole, **times, "entry_result": int(talk is not None), **facts})


def call_of(*hooks: Hook) -> CallState:
    """The call in each order in which its messages may come: always the same."""
    vendor, settings = get_vendor("mango"), known()
    events = [vendor.parse(hook, settings).events for hook in hooks]
    states = [fold([event for place in order for event in events[place]]) for order in permutations(range(len(hooks)))]
    assert all(state == states[0] for state in states)
    return states[0]


def test_the_end_of_a_losers_part_does_not_end_the_call() -> None:
    call = call_of(
        part(7, "Appeared", "101"),
        part(7, "Appeared", "102"),
        part(15, "Connected", "102", seq=2),
        part(15, "Disconnected", "101", seq=2, disconnect_reason=1100),
    )
    assert (call.status, call.ended_at) == (CallStatus.TALKING, None)
    assert [(leg.extension, leg.status) for leg in call.legs] == [
        ("101", CallStatus.CANCELLED),
        ("102", CallStatus.TALKING),
    ]


def test_a_menu_that_speaks_has_answered_nothing() -> None:
    call = call_of(part(0, "Appeared", "", place="ivr"), part(0, "Connected", "", place="ivr", seq=2))
    assert (call.status, call.answered_at, call.our_number) == (CallStatus.RINGING, None, "74951234567")


def test_a_caller_who_gives_up_while_it_rings_was_missed_although_each_part_ends_as_after_a_talk() -> None:
    """Mango sends the same reason, 1110, to each phone then."""
    call = call_of(
        part(0, "Appeared", "", place="ivr"),
        part(7, "Appeared", "101"),
        part(7, "Appeared", "102"),
        part(20, "Disconnected", "101", seq=2, disconnect_reason=1110),
        part(20, "Disconnected", "102", seq=3, disconnect_reason=1110),
        summary(None, 20, disconnect_reason=1110),
    )
    assert (call.status, call.end_reason, call.talk_seconds) == (CallStatus.NO_ANSWER, "gave_up", 0)


@pytest.mark.parametrize("seq", [3, 4])
def test_an_answer_whose_message_is_lost_is_told_by_the_summary(seq: int) -> None:
    call = call_of(part(7, "Appeared"), part(50, "Disconnected", seq=seq, disconnect_reason=1120), summary(15, 50))
    assert (call.status, call.talk_seconds) == (CallStatus.ANSWERED, 35)


def test_a_call_whose_messages_are_switched_off_but_the_summary_is_whole() -> None:
    call = call_of(summary(15, 98, "102"))
    assert (call.direction, call.status, call.client_e164) == (Direction.INCOMING, CallStatus.ANSWERED, "+79161234567")
    assert (call.ring_seconds, call.talk_seconds, call.our_number) == (15, 83, "74951234567")
    assert [leg.extension for leg in call.legs if leg.answered_at] == ["102"]


def test_the_summary_of_an_outgoing_call_may_name_the_client_first() -> None:
    """So it does of an ordered call."""
    call = call_of(summary(15, 98, call_direction=2))
    assert (call.direction, call.client_e164) == (Direction.OUTGOING, "+79161234567")
    assert [(leg.extension, leg.role) for leg in call.legs] == [("101", LegRole.CALLING)]


def test_who_was_the_first_to_miss_a_call_does_not_hide_who_rang_last() -> None:
    call = call_of(part(7, "Appeared", "101"), part(30, "Appeared", "102"), summary(None, 30, "101"))
    assert call.status is CallStatus.NO_ANSWER
    assert {leg.extension for leg in call.legs} == {"101", "102"}


def test_an_ordered_call_is_answered_by_the_client_only() -> None:
    ordered = {"command_id": "crm-42", "callback_initiator": "API"}
    own = {"from": {"number": "79031112233"}, **ordered}
    second = {"from": {"extension": "101", "taken_from_call_id": "101"}, "to": {"number": "79031112233"}, **ordered}
    first = (part(0, "Appeared", **own), part(4, "Connected", seq=2, **own))
    call = call_of(*first, part(5, "Appeared", "2", **second))
    assert (call.direction, call.status, call.client_e164) == (Direction.OUTGOING, CallStatus.RINGING, "+79031112233")
    talking = call_of(*first, part(9, "Connected", "2", seq=2, **second))
    assert (talking.status, talking.answered_at) == (CallStatus.TALKING, datetime.fromtimestamp(START + 9, UTC))
    assert [leg.extension for leg in talking.legs] == ["101"]


def test_a_transfer_to_a_number_outside_leaves_the_client_the_client() -> None:
    outside = {"from": {"extension": "101", "taken_from_call_id": "101"}, "to": {"number": "79250001122"}}
    call = call_of(part(7, "Appeared"), part(15, "Connected", seq=2))
    handed_on = get_vendor("mango").parse(part(20, "Appeared", "3", **outside), known())
    assert handed_on.ignored
    assert call.client_e164 == "+79161234567"


def test_a_call_between_colleagues() -> None:
    inside = {"from": {"extension": "101"}, "to": {"extension": "102"}}
    call = call_of(part(0, "Appeared", "102", **inside), part(5, "Connected", "102", seq=2, **inside))
    assert (call.direction, call.client_raw) == (Direction.INTERNAL, "")
    assert sorted(leg.extension for leg in call.legs if leg.answered_at) == ["101", "102"]


@pytest.mark.parametrize(
    ("ahead", "second"), [(0, 7), (3 * 3600, 7), (-3 * 3600, 7), (3600, 3607), (-5 * 3600, 7 - 5 * 3600)]
)
def test_times_of_moscow_s_clock_are_put_right_and_noted(ahead: int, second: int) -> None:
    hook = told(
        "events/call",
        datetime.fromtimestamp(START + 8, UTC),
        call_id="1",
        timestamp=START + 7 + ahead,
        call_state="Appeared",
        location="abonent",
        **{"from": CLIENT, "to": {"extension": "101"}},
    )
    parsed = get_vendor("mango").parse(hook, known())
    assert parsed.events[0].occurred_at == datetime.fromtimestamp(START, UTC) + timedelta(seconds=second)
    assert bool(parsed.notes) is (abs(ahead) == 3 * 3600)


def test_a_talk_of_three_hours_is_no_matter_of_moscow_s_clock() -> None:
    ended = datetime.fromtimestamp(START + 10_801, UTC)
    whole = {"create_time": START, "talk_time": START + 1, "end_time": START + 10_801, "entry_result": 1}
    hook = told("events/summary", ended, call_direction=1, to={"extension": "101"}, **whole, **{"from": CLIENT})
    call = fold(get_vendor("mango").parse(hook, known()).events)
    assert (call.started_at, call.talk_seconds) == (datetime.fromtimestamp(START, UTC), 10_800)


@pytest.mark.parametrize("text", ["", "[]", "7", "{", "null", "[" * 100_000])
def test_what_is_no_message_is_told_as_such(text: str) -> None:
    body = urlencode({"json": text}).encode()
    hook = Hook(method="POST", tail="events/call", body=body, received_at=RECEIVED_AT)
    with pytest.raises(MalformedHook, match="json"):
        get_vendor("mango").parse(hook, known())


@pytest.mark.parametrize("rubbish", [None, "", "null", 7, [], {}, {"a": {"b": 1}}, "é" * 500, 10**400, 1e400])
def test_rubbish_in_a_field_costs_no_more_than_the_field(rubbish: Any) -> None:
    for name in ("from", "to", "location", "seq", "timestamp", "disconnect_reason", "dct", "command_id"):
        get_vendor("mango").parse(told("events/call", **{**json_of(part(1, "Disconnected")), name: rubbish}), known())
    for name in ("call_direction", "talk_time", "end_time", "create_time", "entry_result", "line_number"):
        (end, *_) = (
            get_vendor("mango")
            .parse(told("events/summary", **{**json_of(summary(15, 98)), name: rubbish}), known())
            .events
        )
        assert end.client_e164 == "+79161234567"


def json_of(hook: Hook) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(parse_qs(hook.body.decode())["json"][0])
    return found


PINGS: list[Callable[[], Hook]] = [
    lambda: Hook(method="POST", tail="ping", received_at=RECEIVED_AT),
    lambda: Hook(method="GET", tail="PING", query=b"a=1", body=b"x", received_at=RECEIVED_AT),
]


@pytest.mark.parametrize("ping", PINGS)
def test_the_cabinet_s_ping_is_answered(ping: Callable[[], Hook]) -> None:
    reply = get_vendor("mango").challenge(ping(), known())
    assert reply is not None
    assert (reply.status, reply.body) == (200, b"ok")
