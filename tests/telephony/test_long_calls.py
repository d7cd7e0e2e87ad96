"""Calls of many events: the same rows as ever, and an event costs few queries and no fold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import time_machine

from telephony.calls import apply, legs, loading, ringing
from telephony.database.together import Answers
from telephony.domain.events import CallEvent, CallStatus
from telephony.domain.fold import fold
from telephony.models import Call, CallFact, Card, Connection
from telephony.models import CallEvent as StoredEvent
from telephony.privacy.user_keys import make_hash
from tests.properties.stored import make_connection, stored_calls
from tests.telephony.messages import Message, at, deliver, sipuni, sipuni_answers, sipuni_ends, sipuni_rings

pytestmark = pytest.mark.django_db

PHONES = ("101", "102", "103", "104")
MANY = 10


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "MANY", MANY)
    monkeypatch.setattr(legs, "MANY", MANY)
    monkeypatch.setattr(legs, "_LATEST_OF_ID", legs._latest_of_id(MANY + 1))


@pytest.fixture
def connection() -> Connection:
    return make_connection("sipuni")


def rings(first: int, count: int) -> list[Message]:
    """The queue's phones, one a second."""
    return [sipuni_rings(second, PHONES[second % len(PHONES)]) for second in range(first, first + count)]


def leg_ends(second: int, extension: str, status: str = "NOANSWER") -> Message:
    fields = {"dst_num": f"012345{extension}", "short_dst_num": extension, "dst_type": "2", "status": status}
    return sipuni(4, second, **fields)


def rounds(first: int, count: int) -> list[Message]:
    """All phones ring, and stop, and ring again; each as a leg of its own."""
    seconds = range(first, first + count * 2 * len(PHONES), 2 * len(PHONES))
    return [
        told(second + place + (len(PHONES) if told is leg_ends else 0), phone)
        for second in seconds
        for told in (sipuni_rings, leg_ends)
        for place, phone in enumerate(PHONES)
    ]


TALES: dict[str, list[Message]] = {
    "rings": rings(0, 40),
    "rings, an answer and an end": [*rings(0, 30), sipuni_answers(30, "102"), *rings(31, 3), sipuni_ends(90)],
    "a phone that stops ringing and rings again": [*rings(0, 21), leg_ends(21, "101"), *rings(22, 20)],
    "an end that came late": [*rings(0, 20), *rings(22, 20), leg_ends(21, "101"), *rings(42, 4)],
    "rings that came late": [*rings(10, 20), *rings(0, 10), *rings(30, 8)],
    "copies": [*rings(0, 24), *rings(0, 24)],
    "rounds": rounds(0, 6),
    "rounds, an answer and an end": [
        *rounds(0, 4),
        sipuni_rings(40, "103"),
        sipuni_answers(41, "103"),
        sipuni_ends(90),
    ],
    "rounds, and nobody answers": [*rounds(0, 4), sipuni_ends(40, "NOANSWER")],
    "rounds, and one phone that never stops": [sipuni_rings(0, "105"), *rounds(1, 5), leg_ends(60, "105")],
    "rounds, and a phone that was not in them": [*rounds(0, 4), leg_ends(40, "105"), sipuni_rings(41, "105")],
    "rounds in which all phones ring in the same second": [
        told(second * 4 + (2 if told is leg_ends else 0), phone)
        for second in range(6)
        for told in (sipuni_rings, leg_ends)
        for phone in (PHONES if second % 2 else ("103", "101", "104", "102"))
    ],
    "rounds, and a phone that leaves twice": [*rounds(0, 4), leg_ends(40, "101"), leg_ends(42, "101")],
    "rounds, of which a greeting says that it answered": [
        *(leg_ends(0, phone, "ANSWER") for phone in PHONES),
        *rounds(1, 3),
    ],
    "rounds, told twice": [*rounds(0, 3), *rounds(0, 3)],
    "a round that came late": [*rounds(0, 2), *rounds(30, 2), *rounds(20, 1)],
    "an end, and rings after it": [*rings(0, 20), sipuni_ends(20, "NOANSWER"), *rings(21, 6)],
}


@pytest.mark.parametrize("tale", TALES)
def test_the_rows_are_the_fold_of_all_events(tale: str, connection: Connection) -> None:
    for place, message in enumerate(TALES[tale]):
        deliver(connection, message)
        if place >= MANY:
            [found] = stored_calls(connection)
            expected = fold(row.event() for row in StoredEvent.objects.all())
            # A row names the employee, not which of the employee's legs it was.
            assert replace(found, responsible_leg=None) == replace(expected, responsible_leg=None)
    told = {message.body for message in TALES[tale]}
    assert StoredEvent.objects.count() == len(told)


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


@pytest.mark.parametrize("message", [sipuni_rings(64, PHONES[0]), leg_ends(64, PHONES[0])], ids=["ring", "leave"])
def test_so_does_what_a_phone_does_in_the_next_round(
    message: Message,
    connection: Connection,
    django_assert_max_num_queries: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for one in [*rounds(0, 7), *rings(56, 1 if message == leg_ends(64, PHONES[0]) else 0)]:
        deliver(connection, one)
    legs_before = connection.calls.get().legs.count()
    monkeypatch.setattr(apply, "fold", None)
    with django_assert_max_num_queries(20):
        deliver(connection, message)
    leg = connection.calls.get().legs.order_by("position").last()
    assert leg is not None
    assert at(64) == (leg.ended_at if leg.position < legs_before else leg.rang_at)


def test_phones_that_ring_in_the_same_second_are_told_of_in_any_order(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for message in rounds(0, 7):
        deliver(connection, message)
    monkeypatch.setattr(apply, "fold", None)
    for phone in ("103", "101", "104", "102"):
        deliver(connection, sipuni_rings(60, phone))
    legs = connection.calls.get().legs.filter(rang_at=at(60)).order_by("position")
    assert tuple(leg.extension_number for leg in legs) == PHONES


def after_rounds(connection: Connection) -> tuple[Call, CallEvent, list[CallEvent]]:
    """A call of eight rounds, a ring that begins the next one, and all that was told before."""
    for message in rounds(0, 8):
        deliver(connection, message)
    call = connection.calls.get()
    [ring] = connection.vendor_object.parse(sipuni_rings(80, "102").hook(at(80)), connection.profile()).events
    return call, ring, [row.event() for row in call.events.all()]


def test_a_call_of_which_an_answer_is_claimed_is_folded(connection: Connection) -> None:
    call, ring, told = after_rounds(connection)
    assert ringing.turn_of(call, ring, told, Answers()) is not None
    claim = call.events.earliest("pk")
    claim.content |= {"status": CallStatus.ANSWERED}
    claim.save()
    assert ringing.turn_of(call, ring, told, Answers()) is None


def test_phones_without_numbers_that_ring_at_once_are_folded(connection: Connection) -> None:
    """Their legs stand in the order of their keys, which are not stored with them."""
    call, ring, told = after_rounds(connection)
    told, ring = [by_key(event) for event in told], by_key(ring)
    for leg in call.legs.all():
        leg.key_hash, leg.extension_number = make_hash(f"key-{leg.extension_number}"), ""
        leg.save()
    turn = ringing.turn_of(call, ring, told, Answers())
    assert turn is not None
    assert turn.changed is not None
    assert turn.changed.key_hash == make_hash("key-102")
    call.legs.filter(position=31).update(rang_at=at(80))
    assert ringing.turn_of(call, ring, told, Answers()) is None


def by_key(event: CallEvent) -> CallEvent:
    return replace(event, extension="", user_key=f"key-{event.extension}")


def rows_of(connection: Connection) -> tuple[list[tuple[object, ...]], ...]:
    """All that hangs on the connection's call, but for the hints to browsers."""
    [call] = connection.calls.all()
    columns = ("position", "extension_number", "user", "rang_at", "ended_at", "status", "card", "card_at")
    return (
        [(call.status, call.started_at, call.ringing_at, call.ended_at, call.responsible_id, call.is_missed)],
        list(call.legs.values_list(*columns)),
        list(Card.objects.filter(call=call).order_by("user").values_list("user", "created_at", "withdrawn_at")),
        list(CallFact.objects.filter(pk=call.pk).values_list("status", "user", "wait_seconds", "cause")),
    )


LONG_TALES = {
    **TALES,
    "rounds, and two phones that ring all the time, one of them nobody's": [
        *(sipuni_rings(0, phone) for phone in ("105", "106")),
        *rounds(1, 6),
        *(leg_ends(60, phone) for phone in ("105", "106")),
        sipuni_rings(61, "105"),
    ],
}


@pytest.mark.parametrize("tale", LONG_TALES)
def test_cards_and_all_else_are_as_if_all_had_been_folded(
    tale: str, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    folded = make_connection("sipuni")
    with time_machine.travel(at(0), tick=False) as clock:
        for second, message in enumerate(LONG_TALES[tale]):
            clock.move_to(at(second))
            deliver(connection, message, second)
            with monkeypatch.context() as patch:
                patch.setattr(ringing, "concerns_one_phone", lambda event, latest: False)
                deliver(folded, message, second)
            assert rows_of(connection) == rows_of(folded), f"after message {second}"
