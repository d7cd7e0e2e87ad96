"""Each sample gives what its first lines expect."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from telephony.models import Call, Delivery
from tests.messages.playing import SAMPLES, legs, open_cards, play

pytestmark = pytest.mark.django_db


def test_k09_a_length_with_colons() -> None:
    (call,) = play("k09_length")["wirecrm"].calls
    assert (call.status, call.talk_seconds, legs(call)) == ("answered", 75, [("101", "answered")])


def test_k09_a_length_that_says_null() -> None:
    played = play("k09_length_null")["wirecrm"]
    assert [call.status for call in played.calls] == ["no_answer"]
    assert [delivery.notes for delivery in played.deliveries] == [[]]


def test_k09_times_in_other_ways() -> None:
    played = play("k09_times")
    calls = [call for one in played.values() for call in one.calls]
    assert [(call.status, open_cards(call)) for call in calls] == [("ringing", ["101"])] * 3
    assert all(abs(call.started_at - timezone.now()) < timedelta(minutes=1) for call in calls)
    deliveries = [delivery for one in played.values() for delivery in one.deliveries]
    assert {delivery.state for delivery in deliveries} == {Delivery.State.APPLIED}
    assert [[note["field"] for note in delivery.notes] for delivery in deliveries] == [
        ["timestamp"],
        ["call_start"],
        ["call_start"],
    ]


def test_k12_one_phone_stops_ringing() -> None:
    (call,) = play("k12_internal_end")["wirecrm"].calls
    assert (call.status, open_cards(call)) == ("ringing", ["102"])
    assert legs(call) == [("101", "no_answer"), ("102", "ringing")]


def test_k13_ends_of_each_phone() -> None:
    (call,) = play("k13_sipuni")["sipuni"].calls
    assert (call.status, open_cards(call)) == ("talking", ["102"])
    assert legs(call) == [("101", "no_answer"), ("102", "talking")]
    assert call.responsible is not None
    assert call.responsible.get_username().startswith("u102")


def test_k14_outcomes_in_other_spellings() -> None:
    played = play("k14_outcomes")
    wirecrm, sipuni = played["wirecrm"].calls, played["sipuni"].calls
    assert [call.status for call in wirecrm] == ["no_answer", "cancelled", "answered"]
    assert (wirecrm[2].talk_seconds, legs(wirecrm[2])) == (12, [("101", "answered")])
    assert [(call.status, legs(call)) for call in sipuni] == [("answered", [("101", "answered")])]


def test_k15_checks_of_the_address() -> None:
    played = play("k15_probe")
    echo, empty = played["wirecrm"].responses
    assert (echo.status_code, echo.content) == (200, b"abc123")
    assert echo.headers["Content-Type"].startswith("text/plain")
    assert (empty.status_code, played["mobilon"].responses[0].status_code) == (200, 200)
    assert {delivery.state for delivery in Delivery.objects.all()} == {Delivery.State.IGNORED}


def test_k16_odd_wrappings() -> None:
    play("k16_wrapping")
    assert sorted(Call.objects.values_list("client_e164", flat=True)) == ["+79165551601", "+79165551602"]


def test_k19_only_a_greeting_answered() -> None:
    (call,) = play("k19_greeting")["sipuni"].calls
    assert (call.status, call.talk_seconds, call.answered_at) == ("no_answer", 0, None)
    assert call.is_missed
    assert legs(call) == [("101", "no_answer")]
    assert [leg.talk_seconds for leg in call.legs.all()] == [None]


def test_no_sample_is_left_out() -> None:
    here = {path.stem for path in SAMPLES.glob("*.http")}
    told = "\n".join(name for name in globals() if name.startswith("test_k"))
    assert {name.partition("_")[0] for name in here} <= {name.split("_")[1] for name in told.split("\n")}
