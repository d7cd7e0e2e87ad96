"""The legs by example: one case for each rule of fold/legs.py, and who is responsible."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from telephony.domain.events import CallEvent, CallStatus, Direction, LegRole
from telephony.domain.fold import fold
from tests.call_events import answer, at, end, leave, ring, start


def legs_of(*events: CallEvent) -> list[tuple[str, CallStatus]]:
    return [(leg.extension, leg.status) for leg in fold(events).legs]


class TestLegs:
    def test_a_group(self) -> None:
        events = [start(0), *(ring(0, extension) for extension in ("101", "102", "103")), answer(8, "102")]
        call = fold([*events, end(30, CallStatus.ANSWERED)])
        assert [(leg.extension, leg.status, leg.ended_at) for leg in call.legs] == [
            ("101", CallStatus.CANCELLED, at(8)),
            ("102", CallStatus.ANSWERED, at(30)),
            ("103", CallStatus.CANCELLED, at(8)),
        ]
        assert call.responsible_leg == 1
        assert [leg.status for leg in fold(events).legs] == [
            CallStatus.CANCELLED,
            CallStatus.TALKING,
            CallStatus.CANCELLED,
        ]
        assert not any(leg.is_transfer for leg in call.legs)

    @pytest.mark.parametrize(
        ("second", "facts", "is_transfer"), [(2, {}, False), (2, {"by_pbx_clock": True}, True), (4, {}, True)]
    )
    def test_a_colleague_s_ring_that_an_answer_overtook(
        self, second: int, facts: dict[str, Any], *, is_transfer: bool
    ) -> None:
        call = fold([start(0), ring(0, "101"), answer(1, "101"), ring(1 + second, "102", **facts)])
        assert [leg.is_transfer for leg in call.legs] == [False, is_transfer]

    def test_the_answer_of_whom_the_end_names(self) -> None:
        events = [start(0), ring(0, "101"), ring(0, "102"), end(30, CallStatus.ANSWERED, "102", talk_seconds=20)]
        assert legs_of(*events) == [("101", CallStatus.CANCELLED), ("102", CallStatus.ANSWERED)]
        assert fold(events).legs[1].talk_seconds == 20

    def test_the_answer_of_the_only_one_who_rang(self) -> None:
        assert legs_of(start(0), ring(0, "101"), end(30, CallStatus.ANSWERED, talk_seconds=20)) == [
            ("101", CallStatus.ANSWERED)
        ]

    def test_an_answer_of_nobody_knows_whom(self) -> None:
        events = [start(0), ring(0, "101"), ring(0, "102"), answer(10), end(30, CallStatus.ANSWERED)]
        assert legs_of(*events) == [("101", CallStatus.CANCELLED), ("102", CallStatus.CANCELLED)]

    def test_an_end_of_somebody_who_never_rang(self) -> None:
        call = fold([start(0), ring(0, "101"), end(30, extension="102")])
        assert [(leg.extension, leg.rang_at) for leg in call.legs] == [("101", at(0)), ("102", None)]
        assert call.responsible_leg == 0

    def test_an_end_of_an_outgoing_call_that_names_no_direction(self) -> None:
        call = fold([start(0, direction=Direction.OUTGOING), end(30, extension="101", direction=None)])
        assert [(leg.extension, leg.role) for leg in call.legs] == [("101", LegRole.CALLING)]
        call = fold([start(0, direction=Direction.OUTGOING), end(30, extension="101", direction=Direction.OUTGOING)])
        assert call.legs[0].role is LegRole.CALLED

    def test_a_leg_that_left(self) -> None:
        events = [start(0), ring(0, "101"), leave(15, "101", status=CallStatus.BUSY), ring(15, "102"), end(30)]
        assert legs_of(*events) == [("101", CallStatus.BUSY), ("102", CallStatus.NO_ANSWER)]
        assert fold(events).legs[0].ended_at == at(15)
        assert fold(events).responsible_leg == 1

    def test_a_leg_that_left_without_saying_how(self) -> None:
        assert legs_of(start(0), ring(0, "101"), leave(15, "101"), end(30)) == [("101", CallStatus.UNKNOWN)]

    @pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
    def test_one_moment_s_messages_of_which_one_says_how(self, names: tuple[str, str]) -> None:
        """An Asterisk tells of a missed call's end twice within a millisecond: of the dialling, and of the channel."""
        how = leave(20, "101", status=CallStatus.NO_ANSWER, fingerprint=names[0])
        that = leave(20, "101", fingerprint=names[1])
        assert legs_of(start(0), ring(0, "101"), how, that, end(20)) == [("101", CallStatus.NO_ANSWER)]

    def test_somebody_left_who_was_never_there(self) -> None:
        assert legs_of(start(0), leave(15, "101", status=CallStatus.BUSY)) == []

    def test_a_phone_that_rings_again(self) -> None:
        events = [start(0), ring(0, "101"), leave(15, "101", status=CallStatus.NO_ANSWER), ring(20, "101")]
        assert legs_of(*events, answer(25, "101")) == [("101", CallStatus.NO_ANSWER), ("101", CallStatus.TALKING)]

    def test_a_phone_that_left_and_answers(self) -> None:
        events = [start(0), ring(0, "101"), ring(0, "102"), answer(5, "102"), answer(9, "101")]
        call = fold(events)
        assert [(leg.extension, leg.status, leg.is_transfer) for leg in call.legs] == [
            ("101", CallStatus.CANCELLED, False),
            ("102", CallStatus.TALKING, False),
            ("101", CallStatus.TALKING, True),
        ]

    def test_a_transfer_whose_taker_s_answer_was_lost(self) -> None:
        events = [
            start(0),
            answer(5, "101"),
            ring(20, "102"),
            leave(30, status=CallStatus.ANSWERED, transferred_to="102"),
        ]
        call = fold([*events, end(50, CallStatus.ANSWERED)])
        assert [(leg.extension, leg.ended_at) for leg in call.legs] == [("101", at(50)), ("102", at(50))]

    def test_the_one_who_talked_longest_is_responsible(self) -> None:
        events = [answer(5, "101"), answer(20, "102"), leave(25, status=CallStatus.ANSWERED, transferred_to="102")]
        call = fold([start(0), *events, end(90, CallStatus.ANSWERED)])
        assert [leg.talk_seconds for leg in call.legs] == [20, 70]
        assert call.responsible_leg == 1

    def test_of_a_missed_call_the_last_that_rang_is_responsible(self) -> None:
        assert fold([start(0), ring(9, "101"), ring(3, "102"), end(20)]).responsible_leg == 1
        assert fold([start(0), end(20, extension="101")]).responsible_leg == 0
        assert fold([start(0), end(20)]).responsible_leg is None


class TestEmployees:
    def test_number_and_key_are_learnt_from_different_messages(self) -> None:
        call = fold([ring(0, user_key="K"), ring(1, "101", user_key="K"), answer(5, "101")])
        assert [(leg.extension, leg.user_key, leg.status) for leg in call.legs] == [("101", "K", CallStatus.TALKING)]
        call = fold([ring(0, "101"), answer(5, "101", user_key="K"), end(9, None, user_key="K")])
        assert [(leg.extension, leg.user_key, leg.status) for leg in call.legs] == [("101", "K", CallStatus.ANSWERED)]

    def test_an_outgoing_call_has_its_caller_s_leg(self) -> None:
        caller = {"direction": Direction.OUTGOING, "role": LegRole.CALLING}
        events = [start(0, extension="101", **caller), answer(10, "101", **caller)]
        call = fold([*events, end(40, CallStatus.ANSWERED, "101", **caller)])
        assert [(leg.extension, leg.role, leg.talk_seconds) for leg in call.legs] == [("101", LegRole.CALLING, 30)]
        assert call.responsible_leg == 0

    def test_an_outgoing_call_that_nobody_answered(self) -> None:
        caller = {"direction": Direction.OUTGOING, "role": LegRole.CALLING}
        call = fold([start(0, extension="101", **caller), end(40, CallStatus.BUSY, "101", **caller)])
        assert [(leg.extension, leg.status) for leg in call.legs] == [("101", CallStatus.BUSY)]
        assert call.responsible_leg == 0

    @pytest.mark.parametrize("how", ["an answer event", "the end alone"])
    def test_both_talk_in_an_internal_call(self, how: str) -> None:
        internal = {"direction": Direction.INTERNAL}
        events = [start(0, extension="101", role=LegRole.CALLING, **internal), ring(0, "102", **internal)]
        events += [answer(10, "102", **internal)] if how == "an answer event" else []
        call = fold([*events, end(40, CallStatus.ANSWERED, "102", answered_at=at(10), **internal)])
        assert [(leg.extension, leg.status, leg.talk_seconds) for leg in call.legs] == [
            ("101", CallStatus.ANSWERED, 30),
            ("102", CallStatus.ANSWERED, 30),
        ]
        assert not any(leg.is_transfer for leg in call.legs)

    def test_a_client_s_call_handed_on_by_the_one_who_called(self) -> None:
        outgoing = {"direction": Direction.OUTGOING}
        call = fold(
            [
                start(0, extension="101", role=LegRole.CALLING, **outgoing),
                answer(10, "101", role=LegRole.CALLING, **outgoing),
                ring(20, "102"),
                answer(25, "102"),
                leave(30, status=CallStatus.ANSWERED, transferred_to="102"),
                end(90, CallStatus.ANSWERED, "102", **outgoing),
            ]
        )
        assert [(leg.extension, leg.is_transfer, leg.talk_seconds) for leg in call.legs] == [
            ("101", False, 20),
            ("102", True, 65),
        ]
        assert call.responsible_leg == 1

    def test_whoever_called_talks_at_the_latest_when_a_colleague_takes_over(self) -> None:
        call = fold(
            [
                start(0, extension="101", role=LegRole.CALLING, direction=Direction.OUTGOING),
                ring(20, "102"),
                answer(25, "102"),
                end(90, CallStatus.ANSWERED, "102", direction=Direction.OUTGOING),
            ]
        )
        assert [(leg.extension, leg.status, leg.talk_seconds) for leg in call.legs] == [
            ("101", CallStatus.ANSWERED, 65),
            ("102", CallStatus.ANSWERED, 65),
        ]


class TestAnEndThatNoMessageTells:
    """Of PBXs that don't tell when somebody leaves a talk, the next one's answer ends it."""

    def handed_over(self) -> list[CallEvent]:
        first, second = (answer(second, phone, takes_over=True) for second, phone in ((5, "101"), (60, "102")))
        return [start(0), ring(0, "101"), first, ring(50, "102"), second]

    def test_after_a_blind_transfer_the_first_one_does_not_talk_to_the_end(self) -> None:
        call = fold([*self.handed_over(), end(400, CallStatus.ANSWERED)])
        assert [(leg.extension, leg.ended_at, leg.talk_seconds, leg.end_is_inferred) for leg in call.legs] == [
            ("101", at(60), 55, True),
            ("102", at(400), 340, False),
        ]
        assert call.responsible_leg == 1

    def test_it_is_so_while_they_still_talk(self) -> None:
        assert legs_of(*self.handed_over()) == [("101", CallStatus.ANSWERED), ("102", CallStatus.TALKING)]

    def test_in_any_order(self) -> None:
        events = [*self.handed_over(), end(400, CallStatus.ANSWERED)]
        assert all(fold(order) == fold(events) for order in permutations(events))

    def test_one_who_answers_again_takes_it_back(self) -> None:
        call = fold([*self.handed_over(), answer(100, "101", takes_over=True), end(130, CallStatus.ANSWERED)])
        assert [(leg.extension, leg.talk_seconds) for leg in call.legs] == [("101", 55), ("102", 40), ("101", 30)]

    def test_a_copy_of_an_answer_ends_nothing(self) -> None:
        once = answer(5, "101", takes_over=True)
        again = answer(6, "101", takes_over=True)
        assert legs_of(start(0), ring(0, "101"), once, again) == [("101", CallStatus.TALKING)]

    def test_between_colleagues_both_talk(self) -> None:
        caller = ring(0, "101", direction=Direction.INTERNAL, role=LegRole.CALLING)
        taken = answer(5, "102", direction=Direction.INTERNAL, takes_over=True)
        assert legs_of(caller, ring(0, "102", direction=Direction.INTERNAL), taken) == [
            ("101", CallStatus.TALKING),
            ("102", CallStatus.TALKING),
        ]

    def test_a_pbx_that_tells_it_is_believed(self) -> None:
        events = [start(0), ring(0, "101"), answer(5, "101"), ring(50, "102"), answer(60, "102")]
        assert legs_of(*events) == [("101", CallStatus.TALKING), ("102", CallStatus.TALKING)]
