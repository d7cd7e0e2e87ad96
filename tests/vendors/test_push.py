"""Whatever can send HTTP: whole calls by its messages, and the CRM template of 3CX and Yeastar."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import permutations
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from telephony.domain.events import CallEvent, NoCallId
from telephony.domain.fields import storable
from telephony.domain.fold import CallState, fold
from telephony.domain.hooks import Hook, Outcome
from telephony.domain.reasons import EndReason
from telephony.vendors import get_vendor
from telephony.vendors.push.vendor import CRM_TEMPLATE
from telephony.vendors.push.words import cause_of
from tests.vendors.payloads import RECEIVED_AT, VENDORS_FOLDER, profile

PUSH = get_vendor("push")
CALL = {"callId": "1", "direction": "in", "from": "79161234567", "to": "74951234567"}
ANSWERED = [
    (0, {**CALL, "event": "newCall", "user": "101,102"}),
    (9, {"callId": "1", "event": "answer", "user": "102"}),
    (92, {"callId": "1", "event": "hangup", "cause": "normalClearing", "duration": "83"}),
    (93, {"callId": "1", "event": "recording", "recording": "https://pbx.example.ru/1.mp3"}),
]


def hook(fields: dict[str, Any], second: int = 0, tail: str = "") -> Hook:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = urlencode(fields, doseq=True).encode()
    at = RECEIVED_AT + timedelta(seconds=second)
    return Hook(method="POST", headers=headers, body=body, received_at=at, tail=tail)


def events_of(*messages: tuple[int, dict[str, str]], tail: str = "") -> list[CallEvent]:
    return [event for second, told in messages for event in PUSH.parse(hook(told, second, tail), profile()).events]


def facts(call: CallState) -> tuple[Any, ...]:
    talked = {leg.extension for leg in call.legs if leg.answered_at}
    rang = {leg.extension for leg in call.legs}
    return call.status, call.direction, call.client_e164, talked, rang, len(call.recordings)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_call_is_the_same_in_every_order_and_with_doubles(order: tuple[int, ...]) -> None:
    """By times of the PBX, without which the order of receipt is all there is."""
    timed = [(second, {**told, "time": str(int(RECEIVED_AT.timestamp()) + second)}) for second, told in ANSWERED]
    call = fold(events_of(*[(100 + place, timed[number][1]) for place, number in enumerate((*order, *order))]))
    assert facts(call) == ("answered", "incoming", "+79161234567", {"102"}, {"101", "102"}, 1)
    assert call.talk_seconds == 83


@pytest.mark.parametrize("missing", range(4))
def test_a_message_that_is_not_sent_costs_only_what_it_tells(missing: int) -> None:
    call = fold(events_of(*(message for place, message in enumerate(ANSWERED) if place != missing)))
    if missing != 2:
        assert call.status == "answered"
    else:
        assert call.status == "talking"


def test_a_missed_call_of_two_phones() -> None:
    ends = [
        (20 + place, {"callId": "1", "event": "leave", "user": user, "cause": "noAnswer"})
        for place, user in enumerate(("101", "102"))
    ]
    call = fold(events_of(ANSWERED[0], *ends, (25, {"callId": "1", "event": "hangup", "cause": "18"})))
    assert facts(call)[:5] == ("no_answer", "incoming", "+79161234567", set(), {"101", "102"})


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        ("17", "busy", EndReason.BUSY),
        ("User busy", "busy", EndReason.BUSY),
        ("21", "busy", EndReason.REJECTED),
        ("NO ANSWER", "no_answer", EndReason.NOT_PICKED_UP),
        ("NO_USER_RESPONSE", "no_answer", EndReason.UNREACHABLE),
        ("1", "failed", EndReason.NO_SUCH_NUMBER),
        ("Normal Clearing", "no_answer", None),
        ("ANSWER", "answered", None),
        ("CONGESTION", "failed", None),
        ("", None, None),
        ("-1", "unknown", None),
    ],
)
def test_causes(said: str, status: str | None, reason: EndReason | None) -> None:
    assert cause_of(said) == (status, reason)


@pytest.mark.parametrize("users", ["101, 102", '["101", "102"]', "[101, 102]", "101;102", ["101", "102"]])
def test_several_phones_in_every_form(users: Any) -> None:
    parsed = PUSH.parse(hook({**CALL, "event": "ringing", "user": users}), profile())
    assert [event.extension for event in parsed.events] == ["101", "102"]


@pytest.mark.parametrize("users", [["101\x00", "102"], r'["101\u0000", "102"]', r'["101\ud800", "102"]'])
def test_what_no_database_stores_is_left_out_of_a_phone(users: Any) -> None:
    parsed = PUSH.parse(hook({**CALL, "event": "leave", "user": users}), profile())
    texts = "".join(event.extension + event.fingerprint for event in parsed.events)
    assert len(parsed.events) == 2
    assert texts == storable(texts)


@pytest.mark.parametrize("users", ['["101", "102"', "[101; 102]", "[" * 100_000], ids=["cut", "no commas", "deep"])
def test_a_list_of_phones_that_breaks_off_costs_only_the_phones(users: str) -> None:
    (event,) = PUSH.parse(hook({**CALL, "event": "ringing", "user": users}), profile()).events
    assert (event.external_id, event.client_e164, event.extension) == ("1", "+79161234567", "")


REPORT = {"calltype": "Inbound", "number": "79161234567", "agent": "101", "duration": "83"}


def test_a_report_that_comes_twice_is_one_call() -> None:
    told = {**REPORT, "callstarttimeutc": "2024-01-29 10:40:00"}
    first, second = events_of((0, told), (300, told), tail="crm/journal")
    assert (first.external_id, first.fingerprint) == (second.external_id, second.fingerprint)
    assert fold([first, second]).talk_seconds == 83


def test_a_report_without_its_start_ends_the_open_call_of_its_number() -> None:
    (event,) = events_of((0, REPORT), tail="crm/journal")
    assert event.no_call_id is NoCallId.ENDS_OPEN_CALL
    assert PUSH.may_lack_call_id


def requests_of_template() -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(CRM_TEMPLATE)
    return {scenario.get("Id", ""): scenario for scenario in root.iter("Scenario")}


def test_the_crm_template_asks_where_we_answer() -> None:
    scenarios = requests_of_template()
    lookup = next(scenarios[""].iter("Request")).get("Url", "")
    assert lookup.startswith("[Address]crm/lookup?")
    asked = Hook(method="GET", query=b"number=79161234567", received_at=RECEIVED_AT, tail="crm/lookup")
    assert PUSH.parse(asked, profile()).asks_about is not None
    assert next(scenarios["ReportCall"].iter("Request")).get("Url") == "[Address]crm/journal"
    assert 'Default="{address}"' in CRM_TEMPLATE


def test_the_crm_template_reports_what_we_read() -> None:
    values = {item.get("Key", ""): item.text or "" for item in requests_of_template()["ReportCall"].iter("Value")}
    assert values.keys() == {*REPORT, "callstarttimeutc"}
    told = {**REPORT, "callstarttimeutc": "2024-01-29T10:40:00"}
    assert PUSH.parse(hook(told, tail="crm/journal"), profile()).events[0].started_at is not None
    # Whatever a version of 3CX does not know arrives as it is written.
    assert not PUSH.parse(hook({**values, "number": "79161234567"}, tail="crm/journal"), profile()).events[0].extension


def test_without_a_key_the_crm_template_makes_no_contacts() -> None:
    request = next(requests_of_template()["CreateContactRecord"].iter("Request"))
    assert request.get("SkipIf") == '[ApiKey]==""'
    assert request.get("Url") == "[ContactsAddress]"


def test_what_is_copied_into_a_dial_plan_is_one_line() -> None:
    lines = [step.filled("https://crm.example.ru/x/") for step in PUSH.steps if not step.template.startswith("<?xml")]
    assert len(lines) == 3
    assert not [line for line in lines if "\n" in line or "{address}" in line]
    assert all(line.count("{") == line.count("}") for line in lines)


def test_every_field_of_the_readme_is_read() -> None:
    text = (VENDORS_FOLDER / "push" / "README.md").read_text()
    rows = re.findall(r"^\| (`[^|]*) \| ([^|]*) \|", text.split("## Fields")[1].split("## Events")[0], re.M)
    named = {name for row in rows for cell in row for name in re.findall(r"`([A-Za-z]+)`", cell)}
    assert len(named) > 20
    for name in named - {"callId", "event", "type", "action", "from", "to"}:
        told = {name: "79", "event": "hangup", "callId": "1", "from": "1", "to": "2"}
        bare = {"event": "hangup", "callId": "1", "from": "1", "to": "2"}
        assert events_of((0, told))[0].fingerprint != events_of((0, bare))[0].fingerprint, name


def test_a_name_for_a_display_is_one_short_text() -> None:
    reply = PUSH.reply(hook({}, tail="name"), profile(), None, Outcome())
    assert (reply.body, reply.content_type) == (b"", "text/plain; charset=utf-8")
