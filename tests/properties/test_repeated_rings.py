"""A ring that is said to repeat another changes nothing: for generated events, of which the fold knows all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind, LegRole
from telephony.domain.fold import fold, repeats_a_ring
from tests.properties.played import examples

ZERO = datetime(2024, 1, 29, 10, tzinfo=UTC)
KINDS = (EventKind.CALL_STARTED, EventKind.LEG_RINGING, EventKind.LEG_RINGING, EventKind.LEG_ENDED, EventKind.REAPED)


@st.composite
def events(draw: st.DrawFn, kinds: Sequence[EventKind] = KINDS) -> CallEvent:
    """Of one call and few phones, so that they often concern the same one; its facts contradict each other."""
    kind = draw(st.sampled_from(kinds))
    second = draw(st.integers(0, 6))
    return CallEvent(
        kind=kind,
        external_id="1",
        occurred_at=ZERO + timedelta(seconds=second),
        fingerprint=draw(st.text("abcdef", min_size=6, max_size=6)),
        direction=draw(st.sampled_from([Direction.INCOMING, Direction.OUTGOING, None])),
        client_raw=draw(st.sampled_from(["79201119613", "", "79161234567"])),
        our_number=draw(st.sampled_from(["", "74951234567"])),
        extension=draw(st.sampled_from(["101", "102", ""])),
        user_key=draw(st.sampled_from(["", "", "k1", "k2"])),
        role=draw(st.sampled_from(LegRole)),
        status=CallStatus.NO_ANSWER if kind is EventKind.LEG_ENDED else None,
        started_at=draw(st.sampled_from([None, None, ZERO - timedelta(seconds=second)])),
    )


@st.composite
def rings_again(draw: st.DrawFn) -> tuple[list[CallEvent], CallEvent]:
    """What was told of a call, and one more ring: of a phone that rang before, nearly always word for word."""
    ring = draw(events([EventKind.LEG_RINGING]))
    others = draw(st.lists(events(), max_size=5)) + draw(st.lists(events([EventKind.LEG_RINGING]), max_size=3))
    told = [replace(event, fingerprint=f"{place}") for place, event in enumerate([ring, *others])]
    changed = draw(st.sampled_from([{}, {}, {}, {"user_key": "k1"}, {"started_at": ZERO}]))
    later = ring.occurred_at + timedelta(seconds=draw(st.integers(1, 7)))
    return told, replace(ring, occurred_at=later, fingerprint="again", **changed)


@settings(examples(400), suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(case=rings_again(), window=st.integers(2, 9))
def test_what_repeats_a_ring_changes_nothing(case: tuple[list[CallEvent], CallEvent], window: int) -> None:
    told, ring = case
    latest = sorted(told, key=lambda event: event.occurred_at, reverse=True)[:window]
    assume(repeats_a_ring(ring, latest))
    before = fold(told)
    assume(before.status is CallStatus.RINGING)
    assert fold([*told, ring]) == before


def queue(rounds: int) -> list[CallEvent]:
    """30 phones ring, again and again."""
    return [
        CallEvent(
            kind=EventKind.LEG_RINGING,
            external_id="1",
            occurred_at=ZERO + timedelta(seconds=number),
            fingerprint=str(number),
            direction=Direction.INCOMING,
            client_raw="79201119613",
            extension=str(101 + number % 30),
        )
        for number in range(30 * rounds)
    ]


def test_the_rings_of_a_queue_are_known_as_repeated() -> None:
    told = queue(3)
    assert all(repeats_a_ring(event, told[:place]) for place, event in enumerate(told) if place > 30)
    assert not any(repeats_a_ring(event, told[:place]) for place, event in enumerate(told) if place <= 30)


def test_a_ring_after_something_else_or_with_news_repeats_nothing() -> None:
    told = queue(2)
    again = replace(told[30], occurred_at=ZERO + timedelta(seconds=60), fingerprint="again")
    assert repeats_a_ring(again, told)
    answered = replace(told[45], kind=EventKind.ANSWERED, fingerprint="answered")
    assert not repeats_a_ring(again, [*told, answered])
    assert not repeats_a_ring(replace(again, our_number="74951234567"), told)
    assert not repeats_a_ring(replace(again, occurred_at=told[-1].occurred_at - timedelta(seconds=1)), told)
    assert not repeats_a_ring(again, told[30:]), "Of that moment there may be more than these."
    assert not repeats_a_ring(again, [])
