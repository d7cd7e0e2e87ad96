"""The fold is a function of the set of a call's events, for generated calls of every vendor.

1. Every message came, once, in order: the call is what its script says.
2. Any order and any copies of any of its messages: exactly the same call.
3. Any messages missing but the end: the same call minus what they alone carried (minus.py says what that is).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind
from telephony.domain.fold import fold
from tests.properties.minus import check_minus
from tests.properties.played import VENDORS, arrivals, events_of, examples, played_calls, says_the_end, subsets

each_vendor = pytest.mark.parametrize("vendor", VENDORS)


@each_vendor
@examples(150)
@given(data=st.data())
def test_a_whole_call_is_what_was_played(vendor: str, data: st.DataObject) -> None:
    call = data.draw(played_calls(vendor))
    assert fold(call.events) == call.truth


@each_vendor
@examples(300)
@given(data=st.data())
def test_order_and_copies_change_nothing(vendor: str, data: st.DataObject) -> None:
    call = data.draw(played_calls(vendor))
    some = data.draw(subsets(call.messages))
    events = events_of(some)
    assume(events)
    arrived = events_of(data.draw(arrivals(some)))
    assert fold(arrived) == fold(events)


@each_vendor
@examples(300)
@given(data=st.data())
def test_missing_messages_take_only_what_they_carried(vendor: str, data: st.DataObject) -> None:
    call = data.draw(played_calls(vendor))
    end = next(message for message in call.messages if says_the_end(message))
    some = data.draw(subsets([message for message in call.messages if message is not end]))
    check_minus(call.events, events_of([*some, end]))


@examples(200)
@given(data=st.data())
def test_mobilon_s_end_without_its_hangup(data: st.DataObject) -> None:
    """END tells no outcome: an answer that came stays one."""
    call = data.draw(played_calls("mobilon"))
    *others, hangup, end = call.messages
    assert says_the_end(hangup)
    assert not says_the_end(end)
    some = data.draw(subsets(others))
    check_minus(call.events, events_of([*some, end]))


@examples(150)
@given(data=st.data())
def test_sipuni_s_event_1_repeated_a_second_later(data: st.DataObject) -> None:
    """It is no copy: its timestamp differs."""
    call = data.draw(played_calls("sipuni"))
    calling = [event for event in call.events if event.kind in (EventKind.CALL_STARTED, EventKind.LEG_RINGING)]
    again = [_a_second_later(event) for event in data.draw(st.lists(st.sampled_from(calling), unique_by=id))]
    arrived = data.draw(st.permutations([*call.events, *again]))
    assert fold(arrived) == call.truth


@each_vendor
@examples(100)
@given(data=st.data())
def test_the_reaper_gives_way_to_the_end(vendor: str, data: st.DataObject) -> None:
    call = data.draw(played_calls(vendor))
    after = data.draw(st.integers(0, 20_000))
    reaped = CallEvent(
        kind=EventKind.REAPED,
        external_id="1",
        occurred_at=call.script.arrives(after),
        fingerprint="reaper",
        client_raw=call.truth.client_raw,
        client_e164=call.truth.client_e164,
    )
    arrived = data.draw(st.permutations([*call.events, reaped]))
    assert fold(arrived) == call.truth


@each_vendor
@examples(100)
@given(data=st.data())
def test_an_open_call_stays_open_until_its_end(vendor: str, data: st.DataObject) -> None:
    call = data.draw(played_calls(vendor))
    before_end = [event for event in call.events if event.kind not in (EventKind.ENDED, EventKind.RECORDING_READY)]
    assume(before_end)
    answered = any(event.kind is EventKind.ANSWERED for event in before_end)
    state = fold(data.draw(st.permutations(before_end)))
    assert state.status is (CallStatus.TALKING if answered or call.script.transfer else CallStatus.RINGING)
    assert (state.ended_at, state.talk_seconds) == (None, None)


@each_vendor
@examples(150)
@given(data=st.data())
def test_a_later_phase_does_not_change_who_and_where(vendor: str, data: st.DataObject) -> None:
    """Messages contradict each other (WireCRM's examples do): the start is believed, whatever came first."""
    call = data.draw(played_calls(vendor))
    events = call.events
    start = events[0]
    end = next(event for event in events if event.kind is EventKind.ENDED)
    assume(start.client_raw and start.kind is EventKind.CALL_STARTED)
    wrong = replace(end, client_raw="74950000000", client_e164="+74950000000", direction=Direction.UNKNOWN)
    state = fold(data.draw(st.permutations([wrong if event is end else event for event in events])))
    assert state.conflicts == ("client_raw",)
    assert replace(state, conflicts=()) == call.truth


@each_vendor
@examples(100)
@given(data=st.data())
def test_not_even_if_the_later_phase_has_the_earlier_time(vendor: str, data: st.DataObject) -> None:
    """Examples of the documents have an end a year before its start; and times of receipt may be in any order."""
    call = data.draw(played_calls(vendor))
    events = call.events
    start, others = events[0], events[1:]
    assume(start.client_raw and start.kind is EventKind.CALL_STARTED)
    other_number = "79999999999" if start.our_number else ""
    earlier = [_a_year_earlier(event, other_number) if event.kind is EventKind.ENDED else event for event in others]
    state = fold(data.draw(st.permutations([start, *earlier])))
    truth = call.truth
    assert (state.client_raw, state.client_e164) == (truth.client_raw, truth.client_e164)
    assert (state.direction, state.our_number) == (truth.direction, truth.our_number)
    assert (state.status, state.started_at) == (truth.status, truth.started_at)
    assert state.ended_at is not None
    assert state.started_at <= (state.answered_at or state.started_at) <= state.ended_at


def _a_year_earlier(event: CallEvent, our_number: str) -> CallEvent:
    """And about another client at another number of ours."""
    wrong = replace(event, client_raw="74950000000", client_e164="+74950000000", our_number=our_number)
    return replace(wrong, occurred_at=event.occurred_at - timedelta(days=365))


def _a_second_later(event: CallEvent) -> CallEvent:
    later = event.occurred_at + timedelta(seconds=1)
    return replace(event, occurred_at=later, fingerprint=event.fingerprint + "-again")
