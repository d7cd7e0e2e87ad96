"""Whose end an end is, by example: one case for each rule of fold/ends.py."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from telephony.domain.events import CallEvent, CallStatus, Direction
from telephony.domain.fold import CallState, fold
from telephony.domain.reasons import EndReason
from tests.call_events import answer, at, end, leave, reap, ring, start

NO_ANSWER, BUSY, CANCELLED = CallStatus.NO_ANSWER, CallStatus.BUSY, CallStatus.CANCELLED
ANSWERED, RINGING, TALKING = CallStatus.ANSWERED, CallStatus.RINGING, CallStatus.TALKING
PBX: dict[str, Any] = {"by_pbx_clock": True}


def legs_of(call: CallState) -> list[tuple[str, CallStatus]]:
    return [(leg.extension, leg.status) for leg in call.legs]


def in_every_order(*events: CallEvent) -> CallState:
    call = fold(events)
    assert all(fold(order) == call for order in permutations(events))
    return call


class TestOneOfSeveral:
    def test_the_next_phone_rings(self) -> None:
        events = [start(0, **PBX), ring(1, "101", **PBX), end(20, NO_ANSWER, "101", **PBX), ring(21, "102", **PBX)]
        call = in_every_order(*events)
        assert (call.status, call.ended_at) == (RINGING, None)
        assert legs_of(call) == [("101", NO_ANSWER), ("102", RINGING)]
        call = fold([*events, answer(30, "102", **PBX)])
        assert (call.status, legs_of(call)) == (TALKING, [("101", NO_ANSWER), ("102", TALKING)])
        call = fold([*events, answer(30, "102", **PBX), end(50, ANSWERED, "102", **PBX)])
        assert (call.status, call.answered_at, call.ended_at, call.talk_seconds) == (ANSWERED, at(30), at(50), 20)
        assert [leg.talk_seconds for leg in call.legs] == [None, 20]

    def test_the_last_one_s_end_is_the_call_s(self) -> None:
        phones = [ring(1, "101", **PBX), end(20, NO_ANSWER, "101", **PBX), ring(21, "102", **PBX)]
        call = in_every_order(*phones, end(40, BUSY, "102", **PBX))
        assert (call.status, call.ended_at) == (BUSY, at(40))
        assert [leg.ended_at for leg in call.legs] == [at(20), at(40)]

    @pytest.mark.parametrize(
        ("status", "open_"), [(NO_ANSWER, True), (BUSY, True), (CANCELLED, False), (ANSWERED, False)]
    )
    def test_the_next_phone_rings_in_the_same_second(self, status: CallStatus, open_: bool) -> None:
        call = in_every_order(ring(1, "101", **PBX), end(20, status, "101", **PBX), ring(20, "102", **PBX))
        assert call.status.is_open is open_

    def test_the_others_of_a_group_stop_ringing_when_one_answers(self) -> None:
        rings = [ring(1, extension, **PBX) for extension in ("101", "102", "103")]
        ends = [end(5, CANCELLED, "101", **PBX), end(6, NO_ANSWER, "103", **PBX)]
        call = fold([*rings, answer(5, "102", **PBX), *ends])
        assert (call.status, call.ended_at) == (TALKING, None)
        call = fold([*rings, answer(5, "102", **PBX), *ends, end(60, ANSWERED, "102", **PBX)])
        assert (call.status, call.ended_at, call.talk_seconds) == (ANSWERED, at(60), 55)

    def test_all_of_a_group_stop_one_after_the_other(self) -> None:
        events = [
            ring(1, "101", **PBX),
            ring(1, "102", **PBX),
            end(9, BUSY, "101", **PBX),
            end(31, NO_ANSWER, "102", **PBX),
        ]
        call = in_every_order(*events)
        assert (call.status, call.ended_at) == (NO_ANSWER, at(31))
        assert legs_of(call) == [("101", BUSY), ("102", NO_ANSWER)]

    def test_the_call_s_own_end_comes_after_the_phone_s(self) -> None:
        phone = [start(0, **PBX), ring(1, "101", **PBX), end(20, NO_ANSWER, "101", **PBX)]
        assert fold(phone).ended_at == at(20)
        call = in_every_order(*phone, end(25, CANCELLED, **PBX))
        assert (call.status, call.ended_at, call.legs[0].ended_at) == (CANCELLED, at(25), at(20))
        assert fold([*phone, end(25, None, **PBX)]).ended_at == at(20)  # Mobilon's END says nothing of its own.

    def test_who_talked_leaves_and_another_phone_rings(self) -> None:
        events = [ring(1, "101", **PBX), end(30, ANSWERED, "101", answered_at=at(10), **PBX), ring(31, "102", **PBX)]
        call = in_every_order(*events)
        assert (call.status, call.answered_at) == (TALKING, at(10))
        assert [(leg.extension, leg.talk_seconds) for leg in call.legs] == [("101", 20), ("102", None)]
        assert call.legs[1].is_transfer

    def test_the_same_phone_rings_anew(self) -> None:
        phone = [ring(1, "101", **PBX), end(20, NO_ANSWER, "101", **PBX)]
        assert fold([*phone, ring(21, "101", **PBX)]).ended_at == at(20)  # Told twice, a second apart.
        call = in_every_order(*phone, ring(25, "101", **PBX))
        assert (call.status, legs_of(call)) == (RINGING, [("101", NO_ANSWER), ("101", RINGING)])

    def test_number_and_key_of_one_person(self) -> None:
        known = ring(1, "101", user_key="k1", **PBX)
        phone = [known, end(20, NO_ANSWER, user_key="k1", **PBX)]
        assert not fold([*phone, ring(21, "101", **PBX)]).status.is_open
        assert fold([*phone, ring(21, "102", **PBX)]).status is RINGING
        assert fold([*phone, ring(21, user_key="k2", **PBX)]).ended_at == at(
            20
        )  # Perhaps the same: nothing is guessed.

    def test_reaped_if_no_end_follows(self) -> None:
        events = [ring(1, "101", **PBX), end(20, NO_ANSWER, "101", **PBX), ring(21, "102", **PBX), reap(300)]
        assert (fold(events).status, fold(events).ended_at) == (CallStatus.UNKNOWN, at(300))


class TestNotTold:
    @pytest.mark.parametrize("clock", [(False, False), (True, False), (False, True)])
    def test_without_the_pbx_s_clock_an_end_is_final(self, clock: tuple[bool, bool]) -> None:
        call = in_every_order(
            ring(1, "101"), end(20, NO_ANSWER, "101", by_pbx_clock=clock[0]), ring(21, "102", by_pbx_clock=clock[1])
        )
        assert (call.status, call.ended_at) == (NO_ANSWER, at(20))

    def test_an_end_that_names_nobody_is_the_call_s(self) -> None:
        call = in_every_order(ring(1, "101", **PBX), end(20, NO_ANSWER, **PBX), ring(21, "102", **PBX))
        assert call.ended_at == at(20)

    def test_an_end_before_the_start_is_another_clock_s(self) -> None:
        call = in_every_order(start(0, **PBX), ring(1, "101", **PBX), end(-9, NO_ANSWER, "101", **PBX))
        assert (call.status, call.ended_at) == (NO_ANSWER, at(0))

    def test_somebody_without_a_name_answers(self) -> None:
        assert fold([ring(1, "101", **PBX), end(20, NO_ANSWER, "101", **PBX), answer(21, **PBX)]).ended_at == at(20)


class TestLegEnds:
    def test_a_phone_s_end_closes_nothing_else(self) -> None:
        call = fold([start(0), ring(1, "101"), ring(1, "102"), leave(9, "101", status=NO_ANSWER)])
        assert (call.status, legs_of(call)) == (RINGING, [("101", NO_ANSWER), ("102", RINGING)])

    def test_a_talk_that_only_the_leg_s_end_tells_of(self) -> None:
        left = leave(30, "101", status=ANSWERED, talk_seconds=12)
        call = fold([start(0), ring(1, "101"), ring(1, "102"), left, end(31, ANSWERED)])
        assert [(leg.extension, leg.talk_seconds, leg.status) for leg in call.legs] == [
            ("101", 12, ANSWERED),
            ("102", None, CANCELLED),
        ]
        unseen = fold([start(0), left, end(31, ANSWERED)])
        assert [(leg.extension, leg.talk_seconds) for leg in unseen.legs] == [("101", 12)]
        assert legs_of(fold([start(0), answer(5, "101"), left])) == [("101", ANSWERED)]
        assert fold([start(0), ring(1, "101"), leave(30, "101", status=ANSWERED)]).legs[0].status is ANSWERED


class TestAsThePhonesDid:
    """Asterisk says of a call's end only that it was."""

    def test_a_phone_s_end_that_says_nothing_is_not_the_last_word(self) -> None:
        told = [leave(20, "101", status=NO_ANSWER), leave(21, "101"), end(22, None, ends_as_phones_did=True)]
        assert fold([start(0), ring(0, "101"), *told]).status is NO_ANSWER


class TestGreeting:
    def test_all_phones_left_unanswered(self) -> None:
        phones = [ring(18, "101"), leave(38, "101", status=NO_ANSWER)]
        call = in_every_order(start(0), *phones, end(50, ANSWERED, talk_seconds=48))
        assert (call.status, call.answered_at, call.talk_seconds, call.ring_seconds) == (NO_ANSWER, None, 0, 50)
        assert [(leg.status, leg.answered_at, leg.talk_seconds) for leg in call.legs] == [(NO_ANSWER, None, None)]

    def test_even_if_the_end_names_the_phone(self) -> None:
        phones = [ring(18, "101"), leave(38, "101", status=NO_ANSWER)]
        assert fold([start(0), *phones, end(50, ANSWERED, "101", talk_seconds=48)]).status is NO_ANSWER
        assert fold([start(0), *phones, end(50, ANSWERED, "102", talk_seconds=48)]).status is ANSWERED

    def test_while_the_call_goes_on_it_rings(self) -> None:
        events = [start(0), ring(1, "101"), leave(9, "101", status=NO_ANSWER), leave(10, status=ANSWERED)]
        assert fold(events).status is RINGING
        assert fold([*events, reap(300)]).status is CallStatus.UNKNOWN

    def test_a_phone_that_rings_anew_may_have_answered(self) -> None:
        phones = [ring(18, "101"), leave(38, "101", status=NO_ANSWER), ring(39, "101")]
        assert fold([start(0), *phones, end(50, ANSWERED, talk_seconds=5)]).status is ANSWERED

    def test_the_answer_was_before_any_phone_rang(self) -> None:
        events = [start(0, **PBX), ring(18, "101", **PBX), end(50, ANSWERED, answered_at=at(2), **PBX)]
        call = in_every_order(*events)
        assert (call.status, call.talk_seconds, legs_of(call)) == (NO_ANSWER, 0, [("101", NO_ANSWER)])

    @pytest.mark.parametrize(
        "events",
        [
            [ring(18, "101", **PBX), end(50, ANSWERED, answered_at=at(20), **PBX)],
            [ring(18, "101"), end(50, ANSWERED, answered_at=at(2), **PBX)],
            [ring(18, "101", **PBX), end(50, ANSWERED, answered_at=at(2))],
            [ring(18, "101", **PBX), end(50, ANSWERED, "101", answered_at=at(2), **PBX)],
            [ring(18, "101", **PBX), end(50, ANSWERED, **PBX)],
            [end(50, ANSWERED, answered_at=at(2), **PBX)],
            [ring(18, "101", **PBX), answer(19, "101", **PBX), end(50, ANSWERED, answered_at=at(2), **PBX)],
            [ring(18, "101"), leave(38, "101", status=NO_ANSWER), end(50, ANSWERED, direction=Direction.OUTGOING)],
        ],
    )
    def test_what_may_be_an_employee_s_answer_is_one(self, events: list[CallEvent]) -> None:
        assert fold(events).status is ANSWERED


class TestWhyNobodyTalked:
    """By the end's own word, else by the last phone's; never of a call in which somebody talked."""

    def test_the_end_knows_best(self) -> None:
        left = replace(leave(10, "101", status=NO_ANSWER), reason=EndReason.NOT_PICKED_UP, reason_said="noanswer")
        over = replace(end(20, CANCELLED), reason=EndReason.GAVE_UP, reason_said="cancel")
        call = in_every_order(start(0), ring(1, "101"), left, over)
        assert (call.end_reason, call.end_reason_said) == (EndReason.GAVE_UP, "cancel")

    def test_of_several_phones_the_last_one_s(self) -> None:
        first = replace(leave(10, "101", status=BUSY), reason=EndReason.BUSY, reason_said="busy")
        last = replace(leave(15, "102", status=NO_ANSWER), reason=EndReason.NOT_REGISTERED, reason_said="offline")
        call = in_every_order(start(0), first, last, end(20, NO_ANSWER))
        assert (call.end_reason, call.end_reason_said) == (EndReason.NOT_REGISTERED, "offline")

    def test_a_word_that_nobody_knows_is_kept(self) -> None:
        call = fold([start(0), replace(end(20, NO_ANSWER), reason_said="moon")])
        assert (call.end_reason, call.end_reason_said) == ("", "moon")

    def test_nobody_asks_of_a_talk(self) -> None:
        over = replace(end(20, ANSWERED), reason=EndReason.NOT_PICKED_UP, reason_said="noanswer")
        call = in_every_order(start(0), ring(1, "101"), answer(5, "101"), over)
        assert (call.end_reason, call.end_reason_said) == ("", "")
