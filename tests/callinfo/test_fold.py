"""What a list told, in the fold of a call: it completes what messages told, and takes nothing back."""

from __future__ import annotations

from itertools import permutations

import pytest

from telephony.domain.events import CallStatus, Direction
from telephony.domain.fold import CallState, fold
from telephony.domain.listed_call import PbxCall
from tests.call_events import answer, at, end, reap, ring, start

LISTED_AT = at(3600)


def listed(status: CallStatus, talk: int | None = None, second: float = 0, **facts: str) -> CallState | object:
    row = PbxCall(
        started_at=at(second), status=status, talk_seconds=talk, direction=Direction.INCOMING, client_raw="1", **facts
    )
    return row.events(external_id="1", listed_at=LISTED_AT)[0]


def facts(state: CallState) -> tuple[object, ...]:
    return state.status, state.started_at, state.answered_at, state.ended_at, state.talk_seconds, state.ring_seconds


def folded(*events: object) -> CallState:
    return fold(events)  # type: ignore[arg-type]


MESSAGES = [start(0), ring(2, "101"), answer(9, "101"), end(30, CallStatus.ANSWERED)]


@pytest.mark.parametrize("lost", range(16))
def test_whatever_was_lost_and_in_whatever_order_it_came_the_state_is_the_same(lost: int) -> None:
    heard = [event for place, event in enumerate(MESSAGES) if not lost & (1 << place)]
    told = listed(CallStatus.ANSWERED, 21)
    states = {repr(folded(*order)) for order in permutations([*heard, told])}
    assert len(states) == 1
    state = folded(*heard, told)
    assert (state.status, state.talk_seconds, state.started_at) == (CallStatus.ANSWERED, 21, at(0))
    assert not state.conflicts


def test_the_list_alone_tells_the_outcome_and_not_how_long_somebody_waited() -> None:
    assert facts(folded(listed(CallStatus.ANSWERED, 21))) == (CallStatus.ANSWERED, at(0), at(0), at(21), 21, None)
    assert facts(folded(listed(CallStatus.BUSY))) == (CallStatus.BUSY, at(0), None, at(0), 0, None)


def test_the_messages_own_end_stays() -> None:
    alone = folded(*MESSAGES)
    assert facts(folded(*MESSAGES, listed(CallStatus.ANSWERED, 21))) == facts(alone)


def test_a_reckoned_end_is_after_every_sign_of_life() -> None:
    told = listed(CallStatus.ANSWERED, 10)
    assert folded(start(0), answer(9, "101"), told).ended_at == at(19)
    assert folded(ring(20, "101"), listed(CallStatus.NO_ANSWER)).ended_at == at(20)


def test_the_list_knows_best_how_an_unanswered_call_ended() -> None:
    assert folded(end(30, CallStatus.NO_ANSWER), listed(CallStatus.BUSY)).status is CallStatus.BUSY
    assert folded(end(30, CallStatus.NO_ANSWER), listed(CallStatus.UNKNOWN)).status is CallStatus.NO_ANSWER


def test_an_answer_is_not_taken_back_nor_its_length() -> None:
    state = folded(*MESSAGES, listed(CallStatus.NO_ANSWER, 0))
    assert (state.status, state.talk_seconds) == (CallStatus.ANSWERED, 21)


def test_the_reaper_s_guess_gives_way() -> None:
    assert folded(start(0), reap(200), listed(CallStatus.BUSY)).status is CallStatus.BUSY


def test_a_recording_is_taken_from_the_list_only_if_no_message_named_one() -> None:
    told = listed(CallStatus.ANSWERED, 21, recording_reference="1")
    assert [note.reference for note in folded(start(0), told).recordings] == ["1"]
    named = end(30, CallStatus.ANSWERED, recording_link="https://records.example/1.mp3")
    assert [note.link for note in folded(named, told).recordings] == ["https://records.example/1.mp3"]


def test_another_spelling_in_the_list_is_no_contradiction() -> None:
    told = listed(CallStatus.BUSY, second=90, our_number="4951234567")
    assert folded(start(0, client_raw="2", our_number="74951234567", started_at=at(0)), told).conflicts == ()
