"""Calls of many events: the same rows as ever, and an event costs no more queries than in a short one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from telephony.calls import apply, loading
from telephony.domain.fold import fold
from telephony.models import CallEvent, Connection
from tests.properties.stored import make_connection, stored_calls
from tests.telephony.messages import Message, at, deliver, sipuni, sipuni_answers, sipuni_ends, sipuni_rings

pytestmark = pytest.mark.django_db

PHONES = ("101", "102", "103", "104")
MANY = 10


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "MANY", MANY)


@pytest.fixture
def connection() -> Connection:
    return make_connection("sipuni")


def rings(first: int, count: int) -> list[Message]:
    """The queue's phones, one a second."""
    return [sipuni_rings(second, PHONES[second % len(PHONES)]) for second in range(first, first + count)]


def leg_ends(second: int, extension: str) -> Message:
    fields = {"dst_num": f"012345{extension}", "short_dst_num": extension, "dst_type": "2", "status": "NOANSWER"}
    return sipuni(4, second, **fields)


TALES: dict[str, list[Message]] = {
    "rings": rings(0, 40),
    "rings, an answer and an end": [*rings(0, 30), sipuni_answers(30, "102"), *rings(31, 3), sipuni_ends(90)],
    "a phone that stops ringing and rings again": [*rings(0, 21), leg_ends(21, "101"), *rings(22, 20)],
    "an end that came late": [*rings(0, 20), *rings(22, 20), leg_ends(21, "101"), *rings(42, 4)],
    "rings that came late": [*rings(10, 20), *rings(0, 10), *rings(30, 8)],
    "copies": [*rings(0, 24), *rings(0, 24)],
    "an end, and rings after it": [*rings(0, 20), sipuni_ends(20, "NOANSWER"), *rings(21, 6)],
}


@pytest.mark.parametrize("tale", TALES)
def test_the_rows_are_the_fold_of_all_events(tale: str, connection: Connection) -> None:
    for place, message in enumerate(TALES[tale]):
        deliver(connection, message)
        if place >= MANY:
            [found] = stored_calls(connection)
            expected = fold(row.event() for row in CallEvent.objects.all())
            # A row names the employee, not which of the employee's legs it was.
            assert replace(found, responsible_leg=None) == replace(expected, responsible_leg=None)
    told = {message.body for message in TALES[tale]}
    assert CallEvent.objects.count() == len(told)


def test_a_repeated_ring_takes_few_queries_and_no_fold_however_many_there_are(
    connection: Connection,
    django_assert_max_num_queries: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for message in rings(0, 60):
        deliver(connection, message)
    monkeypatch.setattr(apply, "fold", None)
    with django_assert_max_num_queries(9):
        deliver(connection, sipuni_rings(60, PHONES[0]))
    assert connection.calls.get().events.filter(occurred_at=at(60)).exists()
