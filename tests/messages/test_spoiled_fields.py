"""Every documented message with each of its fields removed, emptied or replaced by rubbish, in turn.

An optional field that can't be read costs the field; only a required one fails the delivery.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from telephony.domain import fields
from telephony.domain.events import EventKind
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import Hook
from telephony.intake import inbox
from telephony.models import Call, Connection, Delivery
from telephony.vendors import get_vendor, installed
from tests.messages.playing import MOSCOW, office, open_cards
from tests.rounds import rounds
from tests.rows import rows
from tests.vendors.payloads import VENDORS_FOLDER, Payload, payloads_of

REQUIRED = {
    "sipuni": {"event", "call_id"},
    "wirecrm": {"event", "pbx_call_id", "record_link"},
    "xvb": {"cmd", "event", "callid", "access_code"},
    "mobilon": {"uuid", "state"},
    "demo": {"event", "call_id"},
}
"""What a message is nothing without. `record_link`: of NOTIFY_RECORD, which has nothing else to tell. Other vendors
name theirs in `payloads/required.json`, and under `deciding` what tells in some messages what they are."""
for path in VENDORS_FOLDER.glob("*/payloads/required.json"):
    REQUIRED[path.parents[1].name] = {name.lower() for name in json.loads(path.read_text())["required"]}
BATCHES = {"asterisk"}
"""Who sends lists of messages, none with fields of its own around them: test_spoiled_batches.py."""
DECIDING = {"xvb-outgoing-other-name": {"type"}}
"""What alone tells which kind of event it is."""
RUBBISH = (
    *("rubbish", "null", "-1", "0", "0000-00-00 00:00:00", "99999999999999999999", "1e999", "NaN", "{", "[]", " ", "'"),
    *("Ж" * 300, "x" * 5000, "\x00", "<b>&amp;", "../..", "\u202e", "12:34:56:78", "31.02.2026 25:61:61"),
)
GONE = "(removed)"


def deciding(payload: Payload) -> set[str]:
    path = VENDORS_FOLDER / payload.vendor / "payloads" / "required.json"
    named = json.loads(path.read_text()).get("deciding", []) if path.exists() else []
    return {*(name.lower() for name in named), *DECIDING.get(payload.name, ())}


def is_message(payload: Payload) -> bool:
    """Of a call, with fields of its own; 1C's XML is another thing, and so is what had to be mended to be read."""
    is_whole = not payload.expected.get("needs_attention") and payload.vendor not in BATCHES
    return "events" in payload.expected and b"<?xml" not in payload.raw and is_whole


PAYLOADS = [payload for vendor in installed().values() for payload in payloads_of(vendor) if is_message(payload)]


def spoiled(
    params: fields.Params, optional: list[str], step: int = 1, start: int = 0
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Name, what it was replaced by, and all fields; of all rubbish each `step`th, another one for each field."""
    for place, name in enumerate(optional, start):
        yield name, GONE, {key: value for key, value in params.items() if key != name}
        for value in ("", *RUBBISH)[place % step :: step]:
            yield name, value, {**params, name: value}


def as_request(hook: Hook, params: dict[str, str]) -> Hook:
    """These fields, sent as the message was."""
    if hook.method == "GET":
        return replace(hook, query=urlencode(params).encode())
    if "json" in hook.content_type:
        return replace(hook, query=b"", body=json.dumps(params).encode())
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return replace(hook, query=b"", headers=headers, body=urlencode(params).encode())


@pytest.mark.parametrize("vendor", sorted({payload.vendor for payload in PAYLOADS}))
def test_the_call_still_comes(vendor: str) -> None:
    with rows() as row:
        for place, payload in enumerate(payload for payload in PAYLOADS if payload.vendor == vendor):
            with row(payload.name):
                still_comes(payload, place)


def still_comes(payload: Payload, place: int) -> None:
    parse = get_vendor(payload.vendor).parse
    params = fields.read_params(payload.hook)
    before = parse(payload.hook, payload.profile)
    anonymous = not before.events[0].external_id
    required = REQUIRED[payload.vendor] | deciding(payload)
    optional = [name for name in params if name.lower() not in required and not anonymous]
    for name, value, changed in spoiled(params, optional, rounds(4, full=1), place):
        parsed = parse(as_request(payload.hook, changed), payload.profile)
        assert parsed.events, (name, value, parsed.ignored)
        assert {event.external_id for event in parsed.events} == {before.events[0].external_id}, (name, value)
        ends = [any(event.kind is EventKind.ENDED for event in told.events) for told in (before, parsed)]
        assert ends[0] == ends[1], (name, value)


def test_a_required_field_that_is_not_there_fails_the_delivery() -> None:
    with rows() as row:
        for payload in PAYLOADS:
            with row(payload.name):
                fails_without_what_is_required(payload)


def fails_without_what_is_required(payload: Payload) -> None:
    parse = get_vendor(payload.vendor).parse
    params = fields.read_params(payload.hook)
    for name in [name for name in params if name.lower() in REQUIRED[payload.vendor]]:
        if name == "record_link" and "NOTIFY_RECORD" not in params.values():
            continue
        for value in ("", " ", "null", "x" * 5000):
            if (
                value == "x" * 5000
                and name != "record_link"
                and name not in ("callid", "call_id", "pbx_call_id", "uuid")
            ):
                continue  # One more name that nobody knows.
            with_it = as_request(payload.hook, {**params, name: value})
            if name == "callid" and params.get("event") == "COMPLETED":
                assert parse(with_it, payload.profile).events  # Its number tells which call has ended.
                continue
            if name == "access_code" and not payload.profile.settings.get("access_code"):
                continue
            if payload.vendor == "mobilon" and "number" in params:
                continue
            with pytest.raises(MalformedHook, match=name):
                parse(with_it, payload.profile)


# One ring of phone 101 in each vendor's form, with every field that its document has; what names the phone is last.
RINGS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "sipuni": (
        {
            "event": "1",
            "call_id": "1.10",
            "src_num": "79165551601",
            "src_type": "1",
            "dst_num": "012345101",
            "dst_type": "2",
            "short_src_num": "79165551601",
            "short_dst_num": "101",
            "timestamp": "NOW",
            "is_inner_call": "1",
            "roistat": "123456",
            "roistat_number": "74957654321",
            "callbackId": "",
        },
        set(),
    ),
    "wirecrm": (
        {
            "event": "NOTIFY_INTERNAL",
            "call_start": "LOCAL",
            "pbx_call_id": "in_1",
            "caller_id": "79165551601",
            "called_did": "74957770000",
            "internal": "101",
        },
        {"internal"},
    ),
    "xvb": (
        {
            "cmd": "event",
            "access_code": "10019",
            "callid": "C1",
            "type": "in",
            "event": "INCOMING",
            "phone": "79165551601",
            "line_number": "74957770000",
            "ext": "101",
        },
        {"ext"},
    ),
    "mobilon": (
        {
            "uuid": "1.1",
            "state": "PREANSWER",
            "direction": "incoming",
            "from": "89165551601",
            "to": "101",
            "time": "NOW",
            "userkey": "KEY101",
            "utmString": "a=b",
            "baseid": "1",
            "subid": "2",
        },
        set(),
    ),
    "demo": (
        {
            "event": "ring",
            "call_id": "1",
            "from": "79165551601",
            "to": "74957770000",
            "time": "NOW",
            "extension": "101",
        },
        {"extension"},
    ),
}


def delivered(connection: Connection, params: dict[str, str]) -> Delivery:
    received_at = timezone.now()
    moments = {"NOW": str(int(received_at.timestamp())), "LOCAL": f"{received_at.astimezone(MOSCOW):%Y-%m-%d %H:%M:%S}"}
    said = {name: moments.get(value, value) for name, value in params.items()}
    hook = Hook(
        method="POST",
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=urlencode(said).encode(),
        received_at=received_at,
    )
    delivery = inbox.receive(connection=connection, hook=hook)
    inbox.process(delivery=delivery)
    delivery.refresh_from_db()
    return delivery


@pytest.mark.parametrize("vendor", RINGS)
@pytest.mark.django_db
def test_the_card_still_comes(vendor: str) -> None:
    told, naming = RINGS[vendor]
    params = fields.Params(told, received_at=timezone.now())
    connection = office(vendor, **({"access_code": "10019"} if vendor == "xvb" else {}))
    optional = [name for name in params if name not in REQUIRED[vendor]]
    for name, value, changed in spoiled(params, optional, rounds(4, full=1)):
        delivery = delivered(connection, changed)
        assert delivery.state == Delivery.State.APPLIED, (name, value, delivery.error)
        call = Call.objects.get()
        assert name in naming or open_cards(call) == ["101"], (name, value)
        call.delete()


def test_every_vendor_is_here() -> None:
    assert set(RINGS) <= set(REQUIRED) == set(installed())
