"""Batches of Asterisk's agent with each field of each AMI event removed, emptied or replaced by rubbish, in turn.

The body is spoiled after its signature was looked at: who signs may still send nonsense.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from telephony.domain import fields
from telephony.domain.events import Parsed
from telephony.domain.exceptions import MalformedHook
from telephony.vendors import get_vendor, installed
from tests.messages.test_spoiled_fields import BATCHES, deciding, spoiled
from tests.rounds import rounds
from tests.vendors.payloads import Payload, payloads_of

PAYLOADS = [
    payload
    for slug, vendor in installed().items()
    if slug in BATCHES
    for payload in payloads_of(vendor)
    if "events" in payload.expected
]
each = pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: payload.name)


def read(payload: Payload, messages: list[dict[str, Any]], **batch: Any) -> Parsed:
    body = json.dumps({"agent": "test-agent", "v": 1, "events": messages, **batch}).encode()
    return get_vendor(payload.vendor).parse(replace(payload.hook, body=body), payload.profile)


def told(parsed: Parsed) -> set[tuple[str, str]]:
    """What happened to which call; a message that was resent is spoiled once and comes twice."""
    events = {(str(event.kind), event.external_id) for event in parsed.events}
    return events | {("order failed", order.order_id) for order in parsed.failed_orders}


def spoiled_batches(payload: Payload) -> Iterator[tuple[str, list[dict[str, Any]], int]]:
    """The field, the batch's messages, and the place of the spoiled one."""
    messages = json.loads(payload.hook.body)["events"]
    for place, message in enumerate(messages):
        params = fields.Params(message, received_at=payload.received_at)
        for name, _, changed in spoiled(params, list(params), rounds(8, full=1)):
            yield name, [*messages[:place], changed, *messages[place + 1 :]], place


@each
def test_a_spoiled_message_costs_no_other_of_its_batch(payload: Payload) -> None:
    for name, messages, place in spoiled_batches(payload):
        others = [message for number, message in enumerate(messages) if number != place]
        assert told(read(payload, others)) <= told(read(payload, messages)), (name, messages[place])


@each
def test_an_optional_field_costs_only_itself(payload: Payload) -> None:
    whole = told(get_vendor(payload.vendor).parse(payload.hook, payload.profile))
    assert whole
    for name, messages, place in spoiled_batches(payload):
        if name.lower() not in deciding(payload):
            assert told(read(payload, messages)) == whole, (name, messages[place])


@pytest.mark.parametrize("value", [None, "", "null", {}, 5])
def test_without_its_list_a_batch_fails(value: Any) -> None:
    for payload in PAYLOADS:
        with pytest.raises(MalformedHook, match="events"):
            read(payload, [], events=value)
