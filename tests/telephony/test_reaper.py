"""Calls whose end never came are closed as unknown; any later sign of life still corrects them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from telephony.calls import locks
from telephony.calls.reaper import reap_calls
from telephony.calls.selectors import call_as_json
from telephony.domain.exceptions import CallBusy
from telephony.models import Call, CallEvent, Connection, Delivery
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import (
    Message,
    at,
    deliver,
    form,
    only_call,
    sipuni,
    sipuni_answers,
    sipuni_ends,
    sipuni_rings,
    wirecrm,
)

pytestmark = pytest.mark.django_db
HOUR = 3600


def test_a_call_that_rings_for_over_three_minutes_is_closed(connection: Connection) -> None:
    deliver(connection, sipuni_rings(0, "101"), 0)
    assert reap_calls(now=at(180)) == 0
    assert only_call().status == "ringing"
    assert reap_calls(now=at(181)) == 1
    call = only_call()
    assert (call.status, call.ended_at, call.ring_seconds, call.talk_seconds) == ("unknown", at(181), 181, None)
    assert call.legs.get().status == "unknown"
    assert call.events.get(kind="reaped").delivery is None


def test_a_call_that_talks_for_over_four_hours_is_closed(connection: Connection) -> None:
    deliver(connection, sipuni_answers(0, "101"), 0)
    assert reap_calls(now=at(4 * HOUR)) == 0
    assert reap_calls(now=at(4 * HOUR + 1)) == 1
    assert (only_call().status, only_call().talk_seconds) == ("unknown", None)


def itoolabs(event: str, user: str) -> Message:
    return form(cmd="event", type=event, callid="c1", user=user, phone="79201119613", direction="in")


def test_a_call_that_everybody_has_left_is_over(connection: Connection) -> None:
    pbx = ConnectionFactory.create(vendor="itoolabs", settings={})
    for second, event, user in (
        (0, "INCOMING", "a"),
        (5, "ACCEPTED", "a"),
        (9, "INCOMING", "b"),
        (12, "ACCEPTED", "b"),
    ):
        deliver(pbx, itoolabs(event, user), second)
    deliver(pbx, itoolabs("COMPLETED", "b"), 65)
    assert reap_calls(now=at(245)) == 0
    assert only_call().status == "talking"
    assert reap_calls(now=at(246)) == 1
    call = only_call()
    assert (call.status, call.ended_at, call.talk_seconds) == ("answered", at(65), 60)
    assert [(leg.status, leg.talk_seconds) for leg in call.legs.order_by("position")] == [
        ("answered", 7),
        ("answered", 53),
    ]


def test_a_call_that_somebody_has_not_left_goes_on(connection: Connection) -> None:
    pbx = ConnectionFactory.create(vendor="itoolabs", settings={})
    deliver(pbx, itoolabs("ACCEPTED", "a"), 0)
    deliver(pbx, itoolabs("INCOMING", "b"), 5)
    deliver(pbx, itoolabs("COMPLETED", "a"), 9)
    assert reap_calls(now=at(HOUR)) == 0


def test_silence_counts_from_the_last_word_of_the_call(connection: Connection) -> None:
    deliver(connection, sipuni_rings(0, "101"), 0)
    deliver(connection, sipuni_rings(100, "102"), 100)
    assert reap_calls(now=at(280)) == 0
    assert reap_calls(now=at(281)) == 1


def test_closed_calls_are_left_alone(connection: Connection) -> None:
    deliver(connection, sipuni(1, 0), 0)
    deliver(connection, sipuni_ends(5), 5)
    assert reap_calls(now=at(10 * HOUR)) == 0


def test_reaping_twice_changes_nothing(connection: Connection) -> None:
    deliver(connection, sipuni(1, 0), 0)
    reap_calls(now=at(200))
    before = call_as_json(only_call())
    assert reap_calls(now=at(300)) == 0
    assert call_as_json(only_call()) == before
    assert CallEvent.objects.filter(kind="reaped").count() == 1


@pytest.mark.parametrize("hours", [-30, -5, 5, 30])
def test_the_clock_of_the_pbx_may_be_wrong_by_hours(connection: Connection, hours: int) -> None:
    """Its times are in the past or future: the call is neither closed early nor kept open, nor hours long."""
    shift = hours * HOUR
    deliver(connection, sipuni(1, shift), 0)
    assert reap_calls(now=at(180)) == 0
    assert reap_calls(now=at(200)) == 1
    assert (only_call().status, only_call().ring_seconds) == ("unknown", 200)
    deliver(connection, sipuni_answers(shift + 210, "101"), 210)
    assert only_call().status == "talking"
    assert reap_calls(now=at(300)) == 0
    assert reap_calls(now=at(210 + 4 * HOUR + 1)) == 1
    assert only_call().status == "unknown"
    deliver(connection, sipuni_ends(shift + 5 * HOUR), 5 * HOUR)
    call = only_call()
    assert (call.status, call.answered_at, call.ended_at) == ("answered", at(shift + 210), at(shift + 5 * HOUR))


def test_a_late_end_corrects_the_call(connection: Connection) -> None:
    deliver(connection, sipuni(1, 0), 0)
    deliver(connection, sipuni_answers(10, "101"), 10)
    reap_calls(now=at(5 * HOUR))
    deliver(connection, sipuni_ends(40), 6 * HOUR)
    call = only_call()
    assert (call.status, call.ended_at, call.talk_seconds) == ("answered", at(40), 30)
    assert reap_calls(now=at(20 * HOUR)) == 0


def test_a_late_ring_revives_the_call(connection: Connection) -> None:
    deliver(connection, sipuni_rings(0, "101"), 0)
    reap_calls(now=at(200))
    deliver(connection, sipuni_rings(210, "102"), 210)
    call = only_call()
    assert (call.status, call.ended_at) == ("ringing", None)
    assert reap_calls(now=at(500)) == 1


def test_a_recording_revives_nothing(connection: Connection) -> None:
    connection = ConnectionFactory.create(vendor="wirecrm")
    deliver(connection, wirecrm("NOTIFY_START"), 0)
    reap_calls(now=at(200))
    deliver(connection, wirecrm("NOTIFY_RECORD", record_link="https://records.example/1.mp3"), 210)
    assert only_call().status == "unknown"
    assert only_call().recordings.count() == 1


def test_calls_whose_deliveries_were_deleted_are_closed_too(connection: Connection) -> None:
    deliver(connection, sipuni(1, 0), 0)
    Delivery.objects.all().delete()
    assert reap_calls(now=at(100)) == 0
    assert reap_calls(now=at(200)) == 1


def test_a_call_that_is_being_told_of_is_left_for_the_next_round(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in ("1", "2"):
        deliver(connection, sipuni(1, 0, call_id=number), 0)
    real = locks.take

    def take(*, names: list[str], patience_ms: int) -> None:
        if names[0].endswith(":1"):
            raise CallBusy("Another process worked on the same call for too long.")
        real(names=names, patience_ms=patience_ms)

    with monkeypatch.context() as busy:
        busy.setattr(locks, "take", take)
        assert reap_calls(now=at(200)) == 1
    assert dict(Call.objects.values_list("external_id", "status")) == {"1": "ringing", "2": "unknown"}
    assert reap_calls(now=at(200)) == 1


def test_now_is_now_by_default(connection: Connection) -> None:
    deliver(connection, sipuni(1, 0), 0)
    assert reap_calls() == 1
    assert only_call().ended_at - at(0) > timedelta(days=300)  # type: ignore[operator]
