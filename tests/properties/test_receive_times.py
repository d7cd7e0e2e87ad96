"""Messages that overtake one another: another order of arrival, and so other times of receipt.

Where the PBX sends the time of each event (Sipuni, Mobilon) nothing changes. WireCRM sends only the start's and
XVB none: there, times that are taken from the receipt differ, with what follows from them (who rang when,
how long it rang, whether a phone rang before or after the answer). Everything else is the same.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.domain.fold import CallState, fold
from tests.properties.messages import Message
from tests.properties.played import Played, events_of, examples, played_calls
from tests.properties.truth import PBX_CLOCK


@st.composite
def overtaken(draw: st.DrawFn, call: Played) -> list[Message]:
    """The same messages, received at the same moments, but in another order."""
    moments = [message.hook.received_at for message in call.messages]
    arrived = draw(st.permutations(call.messages))
    return [message.received(at) for message, at in zip(arrived, moments, strict=True)]


@pytest.mark.parametrize("vendor", PBX_CLOCK)
@examples(150)
@given(data=st.data())
def test_with_times_of_the_pbx_nothing_changes(vendor: str, data: st.DataObject) -> None:
    call = data.draw(played_calls(vendor))
    assert fold(events_of(data.draw(overtaken(call)))) == call.truth


@pytest.mark.parametrize("vendor", ["wirecrm", "xvb"])
@examples(300)
@given(data=st.data())
def test_without_them_only_times_change(vendor: str, data: st.DataObject) -> None:
    call = data.draw(played_calls(vendor))
    state = fold(events_of(data.draw(overtaken(call))))
    assert _timeless(state) == _timeless(call.truth)
    if vendor == "wirecrm":
        assert state.started_at == call.truth.started_at
    moments = [moment for moment in (state.started_at, state.answered_at, state.ended_at) if moment]
    assert moments == sorted(moments)
    for leg in state.legs:
        known = [moment for moment in (leg.rang_at, leg.answered_at, leg.ended_at) if moment]
        assert known == sorted(known)


def _timeless(state: CallState) -> CallState:
    """Without what a time of receipt decides; whether somebody answered and whether it ended stays."""
    some_time = datetime.min.replace(tzinfo=UTC)
    legs = (
        replace(
            leg,
            rang_at=None,
            answered_at=leg.answered_at and some_time,
            ended_at=leg.ended_at and some_time,
            talk_seconds=None,
            is_transfer=False,
        )
        for leg in state.legs
    )
    return replace(
        state,
        started_at=some_time,
        ringing_at=None,
        answered_at=state.answered_at and some_time,
        ended_at=state.ended_at and some_time,
        ring_seconds=None,
        responsible_leg=None,
        legs=tuple(sorted(legs, key=lambda leg: leg.extension)),
    )
