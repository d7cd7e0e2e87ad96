"""Every permutation of the sequences that the vendors' documents print (or that were made from them), folded.

Some of them, with --full each of the short ones, go through the database.
Their payload files are the product's own. Two messages of a sequence are received a second apart.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, permutations
from math import factorial
from pathlib import Path

import pytest

from telephony.domain.events import CallEvent, CallStatus, EventKind
from telephony.domain.fold import CallState, fold
from tests.properties.messages import Message
from tests.properties.played import events_of
from tests.properties.stored import deliver, make_connection, stored_calls
from tests.rounds import rounds
from tests.vendors.payloads import Payload

TABLE = Path(__file__).parents[3] / "shared" / "vectors" / "vectors.json"
SEQUENCES: dict[str, tuple[str, tuple[str, ...]]] = {
    "wirecrm-seq-record-before-end": (
        "wirecrm",
        ("wirecrm-notify-start-params", "wirecrm-notify-internal", "wirecrm-notify-record", "wirecrm-notify-end"),
    ),
    "wirecrm-seq-end-only": ("wirecrm", ("wirecrm-notify-end",)),
    "wirecrm-seq-late-start": ("wirecrm", ("wirecrm-notify-end", "wirecrm-notify-start-params")),
    "wirecrm-seq-duplicate": ("wirecrm", ("wirecrm-notify-end", "wirecrm-notify-end")),
    "sipuni-seq-doc-transfer": (
        "sipuni",
        (
            "sipuni-doc-1-trunk",
            "sipuni-doc-2-ring-101",
            "sipuni-doc-3-answer-101",
            "sipuni-doc-4-transfer-102",
            "sipuni-doc-5-answer-102",
            "sipuni-doc-6-secondary-hangup",
            "sipuni-doc-7-hangup",
        ),
    ),
    "xvb-seq-anonymous-completed": ("xvb", ("xvb-contact", "xvb-event-incoming", "xvb-event-completed-doc")),
}
SHORT = [name for name, (_, payloads) in SEQUENCES.items() if len(payloads) <= 4]
TRANSFER = "sipuni-seq-doc-transfer"
SAMPLED_ORDERS, SAMPLED_SHORT = rounds(12, full=200), rounds(6, full=factorial(4))


def messages_of(name: str) -> list[Message]:
    vendor, payloads = SEQUENCES[name]
    hooks = [Payload(vendor, payload).hook for payload in payloads]
    return [
        Message(vendor=vendor, hook=replace(hook, received_at=hook.received_at + timedelta(seconds=number)))
        for number, hook in enumerate(hooks)
    ]


def calls_of(events: Iterable[CallEvent]) -> dict[str, CallState]:
    """By call id; an event without one belongs to the only call there is."""
    by_call: defaultdict[str, list[CallEvent]] = defaultdict(list)
    all_events = list(events)
    named = sorted({event.external_id for event in all_events if event.external_id})
    for event in all_events:
        by_call[event.external_id or named[0]].append(event)
    return {call_id: fold(of_call) for call_id, of_call in by_call.items()}


def some_orders(messages: Sequence[Message], most: int) -> list[tuple[Message, ...]]:
    """At most so many of all orders, the same ones each time."""
    orders = list(permutations(messages))
    return random.Random(1).sample(orders, min(most, len(orders)))


@pytest.mark.parametrize("name", SEQUENCES)
def test_every_order_of_a_sequence_folds_to_the_same_calls(name: str) -> None:
    messages = messages_of(name)
    events = [message.events() for message in messages]
    expected = calls_of(events_of(messages))
    orders = list(permutations(events))
    assert len(orders) == factorial(len(messages))
    for order in orders:
        assert calls_of(event for told in order for event in told) == expected


def test_every_order_of_every_part_of_the_transfer_that_keeps_its_end() -> None:
    *others, end = events_of(messages_of(TRANSFER))
    assert end.kind is EventKind.ENDED
    for count in range(len(others)):
        for some in combinations(others, count):
            part = fold([*some, end])
            assert (part.status, part.client_raw, part.ended_at) == (CallStatus.ANSWERED, "8955555555", end.occurred_at)
            assert all(fold(order) == part for order in permutations([*some, end]))


@pytest.mark.django_db
@pytest.mark.parametrize("name", SHORT)
def test_orders_through_the_database(name: str) -> None:
    messages = messages_of(name)
    expected = _sorted(calls_of(events_of(messages)).values())
    for order in some_orders(messages, SAMPLED_SHORT):
        connection = make_connection(messages[0].vendor)
        deliver(connection, order)
        assert _sorted(stored_calls(connection)) == expected


@pytest.mark.django_db
def test_orders_of_the_transfer_through_the_database() -> None:
    messages = messages_of(TRANSFER)
    (expected,) = calls_of(events_of(messages)).values()
    for order in some_orders(messages, SAMPLED_ORDERS):
        connection = make_connection("sipuni")
        deliver(connection, order)
        assert stored_calls(connection) == [expected]


def test_the_transfer_is_the_call_that_the_document_tells_of() -> None:
    (call,) = calls_of(events_of(messages_of(TRANSFER))).values()
    assert (call.client_raw, call.status) == ("8955555555", CallStatus.ANSWERED)
    assert call.answered_at == datetime.fromtimestamp(1378296010, UTC)
    assert [leg.extension for leg in call.legs] == ["101", "102"]
    assert call.ended_at == datetime.fromtimestamp(1378296050, UTC)


@pytest.mark.skipif(not TABLE.exists(), reason="the table of messages is not here")
def test_no_sequence_of_the_table_is_missing() -> None:
    table = json.loads(TABLE.read_text())["sequences"]
    assert {row["id"]: (row["vendor"], tuple(row["vectors"])) for row in table} == SEQUENCES


def _sorted(states: Iterable[CallState]) -> Sequence[CallState]:
    return sorted(states, key=lambda state: (state.started_at, repr(state)))
