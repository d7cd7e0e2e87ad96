"""The fold by example: one case for each rule of fold/call.py; the legs are in test_legs.py."""

from __future__ import annotations

import pytest

from telephony.domain.events import CallStatus, Direction, EventKind
from telephony.domain.fold import RecordingNote, fold
from tests.call_events import answer, at, end, event, leave, reap, ring, start


class TestStatus:
    def test_ringing_then_talking(self) -> None:
        assert fold([start(0)]).status is CallStatus.RINGING
        assert fold([start(0), answer(5)]).status is CallStatus.TALKING

    @pytest.mark.parametrize("status", [CallStatus.NO_ANSWER, CallStatus.BUSY, CallStatus.CANCELLED, CallStatus.FAILED])
    def test_outcome(self, status: CallStatus) -> None:
        call = fold([start(0), ring(0, "101"), end(20, status)])
        assert (call.status, call.ended_at, call.ring_seconds, call.talk_seconds) == (status, at(20), 20, 0)
        assert call.legs[0].status is status

    @pytest.mark.parametrize("last", [CallStatus.NO_ANSWER, CallStatus.BUSY, CallStatus.UNKNOWN, None])
    def test_an_answer_is_never_taken_back(self, last: CallStatus | None) -> None:
        assert fold([start(0), answer(5), end(20, last)]).status is CallStatus.ANSWERED
        assert fold([start(0), end(20, CallStatus.ANSWERED), end(21, last)]).status is CallStatus.ANSWERED

    def test_first_end_that_says_something(self) -> None:
        assert (
            fold([start(0), end(20, None), end(21, CallStatus.UNKNOWN), end(22, CallStatus.BUSY)]).status
            is CallStatus.BUSY
        )

    @pytest.mark.parametrize("status", [None, CallStatus.UNKNOWN])
    def test_an_end_without_outcome(self, status: CallStatus | None) -> None:
        call = fold([start(0), end(20, status)])
        assert (call.status, call.ended_at, call.talk_seconds) == (CallStatus.UNKNOWN, at(20), None)

    def test_an_end_is_final(self) -> None:
        call = fold([start(0), end(20), ring(30, "101"), start(40)])
        assert (call.status, call.ended_at) == (CallStatus.NO_ANSWER, at(20))

    def test_only_a_recording(self) -> None:
        call = fold([event(EventKind.RECORDING_READY, 0, recording_link="https://pbx.example.ru/1.mp3")])
        assert (call.status, call.ended_at, call.direction) == (CallStatus.UNKNOWN, None, Direction.UNKNOWN)


class TestReaper:
    def test_closes_as_unknown(self) -> None:
        call = fold([start(0), ring(0, "101"), reap(180)])
        assert (call.status, call.ended_at, call.talk_seconds) == (CallStatus.UNKNOWN, at(180), None)
        assert call.legs[0].status is CallStatus.UNKNOWN

    def test_a_talk_that_never_ended_keeps_its_answer(self) -> None:
        call = fold([start(0), answer(5, "101"), reap(14_400)])
        assert (call.status, call.answered_at, call.talk_seconds) == (CallStatus.UNKNOWN, at(5), None)
        assert call.legs[0].status is CallStatus.ANSWERED

    def test_gives_way_to_a_late_end(self) -> None:
        call = fold([start(0), reap(180), end(200, CallStatus.BUSY)])
        assert (call.status, call.ended_at) == (CallStatus.BUSY, at(200))

    def test_gives_way_to_a_sign_of_life(self) -> None:
        call = fold([start(0), reap(180), answer(190, "101")])
        assert (call.status, call.ended_at) == (CallStatus.TALKING, None)

    def test_a_recording_is_no_sign_of_life(self) -> None:
        call = fold([start(0), reap(180), event(EventKind.RECORDING_READY, 200, recording_link="https://x.example/1")])
        assert call.ended_at == at(180)

    def test_reaped_twice(self) -> None:
        assert fold([start(0), reap(180), answer(190), reap(20_000)]).ended_at == at(20_000)

    def test_of_a_call_without_any_sign(self) -> None:
        assert fold([reap(180)]).status is CallStatus.UNKNOWN


class TestTimes:
    def test_the_earliest_start_counts(self) -> None:
        assert fold([start(1), start(0)]).started_at == at(0)

    def test_a_start_beats_what_others_say_of_it(self) -> None:
        call = fold([end(50, started_at=at(-900)), start(0)])
        assert (call.started_at, call.conflicts) == (at(0), ())
        call = fold([end(50, started_at=at(-900)), start(0, started_at=at(0))])
        assert (call.started_at, call.conflicts) == (at(0), ("started_at",))

    def test_a_second_s_difference_is_no_conflict(self) -> None:
        assert fold([start(0, started_at=at(0)), end(50, started_at=at(60))]).conflicts == ()

    def test_start_named_by_another_message(self) -> None:
        assert fold([ring(5, "101"), end(50, started_at=at(0))]).started_at == at(0)

    def test_start_that_nobody_told(self) -> None:
        assert fold([ring(5, "101"), end(50)]).started_at == at(5)
        assert fold([end(50, CallStatus.ANSWERED, talk_seconds=30)]).started_at == at(20)

    def test_end_before_the_start(self) -> None:
        call = fold([start(0), end(-9000, CallStatus.ANSWERED, talk_seconds=3)])
        assert (call.started_at, call.answered_at, call.ended_at) == (at(0), at(0), at(3))
        assert (call.ring_seconds, call.talk_seconds) == (0, 3)

    def test_of_several_ends_the_first_after_the_start(self) -> None:
        assert fold([start(0), end(-9000), end(40), end(42, None)]).ended_at == at(40)

    def test_the_first_answer_counts(self) -> None:
        call = fold([start(0), answer(10, "101"), answer(30, "102"), end(50, CallStatus.ANSWERED, answered_at=at(25))])
        assert (call.answered_at, call.ring_seconds, call.talk_seconds) == (at(10), 10, 40)

    def test_answer_from_a_hint(self) -> None:
        assert fold([start(0), end(50, CallStatus.ANSWERED, answered_at=at(25))]).answered_at == at(25)

    def test_answer_from_the_length_of_the_talk(self) -> None:
        call = fold([start(0), end(50, CallStatus.ANSWERED, talk_seconds=30)])
        assert (call.answered_at, call.ring_seconds, call.talk_seconds) == (at(20), 20, 30)

    def test_a_hint_of_an_unanswered_call_is_none(self) -> None:
        assert fold([start(0), end(50, CallStatus.NO_ANSWER, answered_at=at(25))]).answered_at is None

    def test_answered_nobody_knows_when(self) -> None:
        call = fold([start(0), end(50, CallStatus.ANSWERED)])
        assert (call.answered_at, call.ring_seconds, call.talk_seconds) == (None, None, None)

    def test_answered_by_what_a_leg_says_while_the_call_goes_on(self) -> None:
        call = fold([start(0), leave(30, status=CallStatus.ANSWERED, transferred_to="102")])
        assert (call.status, call.answered_at) == (CallStatus.TALKING, None)

    def test_answer_outside_the_call(self) -> None:
        call = fold([start(0), answer(60, "101"), end(50, CallStatus.ANSWERED)])
        assert (call.answered_at, call.talk_seconds) == (at(50), 0)
        assert (call.legs[0].answered_at, call.legs[0].ended_at, call.legs[0].talk_seconds) == (at(50), at(50), 0)
        assert fold([start(0), answer(-5)]).answered_at == at(0)

    def test_a_ring_told_after_the_end(self) -> None:
        call = fold([start(0), end(50), ring(60, "101")])
        assert (call.legs[0].rang_at, call.ringing_at) == (at(50), at(50))

    def test_a_ring_told_after_its_answer(self) -> None:
        call = fold([start(0), ring(40, "101"), end(50, CallStatus.ANSWERED, "101", talk_seconds=30)])
        assert (call.legs[0].rang_at, call.legs[0].answered_at) == (at(20), at(20))

    def test_the_pbx_s_own_count_of_the_talk(self) -> None:
        assert fold([start(0), answer(10), end(50, CallStatus.ANSWERED, talk_seconds=38)]).talk_seconds == 38

    def test_ringing_begins_with_the_first_phone(self) -> None:
        assert fold([start(0), ring(3, "101"), ring(2, "102")]).ringing_at == at(2)


class TestFacts:
    def test_the_earliest_phase_that_names_them(self) -> None:
        call = fold(
            [
                end(50, client_raw="89000000000", our_number="2", direction=Direction.INTERNAL),
                start(0, client_raw="8 920 111-96-13", client_e164="+79201119613", our_number="1"),
            ]
        )
        assert (call.client_raw, call.client_e164, call.our_number) == ("8 920 111-96-13", "+79201119613", "1")
        assert call.direction is Direction.INCOMING
        assert call.conflicts == ("client_raw", "our_number")

    def test_what_is_empty_says_nothing(self) -> None:
        call = fold([start(0, direction=None), ring(1, client_raw="100"), end(50, direction=Direction.OUTGOING)])
        assert (call.direction, call.client_raw, call.our_number, call.conflicts) == (Direction.OUTGOING, "100", "", ())

    def test_two_spellings_of_one_number_are_no_conflict(self) -> None:
        spellings = ("89201119613", "+79201119613")
        assert fold([start(0, client_raw=raw, client_e164="+79201119613") for raw in spellings]).conflicts == ()

    def test_tracking_of_all_messages(self) -> None:
        call = fold(
            [start(0, tracking={"roistat": "1", "utm": ""}), end(9, tracking={"roistat": "2", "roistatgoogleid": "G"})]
        )
        assert call.tracking == {"roistat": "1", "roistatgoogleid": "G"}

    def test_recordings_once_each(self) -> None:
        link, other = "https://pbx.example.ru/1.mp3", "https://pbx.example.ru/2.mp3"
        call = fold(
            [
                end(50, recording_link=link),
                event(EventKind.RECORDING_READY, 60, recording_link=link),
                event(EventKind.RECORDING_READY, 70, recording_link=other),
                event(EventKind.RECORDING_READY, 80, recording_reference="7"),
            ]
        )
        assert call.recordings == (
            RecordingNote(link=link, reference=""),
            RecordingNote(link=other, reference=""),
            RecordingNote(link="", reference="7"),
        )

    def test_of_two_copies_the_earlier_counts(self) -> None:
        copies = [ring(second, "101", fingerprint="same") for second in (9, 5, 7)]
        call = fold(copies)
        assert (call.started_at, len(call.legs)) == (at(5), 1)
