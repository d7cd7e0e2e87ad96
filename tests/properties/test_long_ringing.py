"""What is told of a call that rings for long without folding all of it is what the fold says: for generated events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind, LegRole
from telephony.domain.fold import CallState, concerns_one_phone, fold, repeats_a_ring
from telephony.domain.fold.legs import Leg
from tests.properties.played import examples

ZERO = datetime(2024, 1, 29, 10, tzinfo=UTC)
RING, LEAVE = EventKind.LEG_RINGING, EventKind.LEG_ENDED
KINDS = (EventKind.CALL_STARTED, RING, RING, LEAVE, LEAVE, EventKind.ENDED, EventKind.REAPED)


@st.composite
def events(draw: st.DrawFn, kinds: Sequence[EventKind] = KINDS) -> CallEvent:
    """Of one call and few phones, so that they often concern the same one; its facts contradict each other."""
    kind = draw(st.sampled_from(kinds))
    second = draw(st.integers(0, 6))
    left = st.sampled_from([CallStatus.NO_ANSWER, CallStatus.NO_ANSWER, CallStatus.BUSY, CallStatus.ANSWERED, None])
    return CallEvent(
        kind=kind,
        external_id="1",
        occurred_at=ZERO + timedelta(seconds=second),
        by_pbx_clock=kind is EventKind.ENDED or draw(st.booleans()),
        fingerprint=draw(st.text("abcdef", min_size=6, max_size=6)),
        direction=draw(st.sampled_from([Direction.INCOMING, Direction.INCOMING, Direction.OUTGOING, None])),
        client_raw=draw(st.sampled_from(["79201119613", "79201119613", "", "79161234567"])),
        our_number=draw(st.sampled_from(["", "74951234567"])),
        extension=draw(st.sampled_from(["101", "102", ""])),
        user_key=draw(st.sampled_from(["", "", "k1", "k2"])),
        role=draw(st.sampled_from([LegRole.CALLED, LegRole.CALLED, LegRole.CALLING])),
        status=draw(left) if kind in (LEAVE, EventKind.ENDED) else None,
        started_at=draw(st.sampled_from([None, None, ZERO - timedelta(seconds=second)])),
    )


@st.composite
def one_more(draw: st.DrawFn, kinds: Sequence[EventKind] = (RING, LEAVE)) -> tuple[list[CallEvent], CallEvent]:
    """What was told of a call, and one more ring or leave: of a phone that rang before, nearly always word for word."""
    first = draw(events([RING]))
    like = st.sampled_from([replace(first, kind=kind) for kind in (RING, LEAVE)])
    others = draw(st.lists(events(), max_size=4)) + draw(st.lists(like, max_size=3))
    moved = [replace(event, occurred_at=ZERO + timedelta(seconds=draw(st.integers(0, 6)))) for event in others]
    told = [replace(event, fingerprint=f"{place}") for place, event in enumerate([first, *moved])]
    kind, changed = (
        draw(st.sampled_from(kinds)),
        draw(st.sampled_from([{}, {}, {}, {"user_key": "k1"}, {"started_at": ZERO}])),
    )
    status = draw(st.sampled_from([CallStatus.NO_ANSWER, None])) if kind is LEAVE else None
    at = first.occurred_at + timedelta(seconds=draw(st.integers(1, 7)))
    return told, replace(first, kind=kind, status=status, occurred_at=at, fingerprint="one more", **changed)


def latest_of(told: Sequence[CallEvent], window: int) -> list[CallEvent]:
    return sorted(told, key=lambda event: event.occurred_at, reverse=True)[:window]


def ringing(told: Sequence[CallEvent]) -> CallState:
    """The call of these events, if it is of the kind that is looked at."""
    before = fold(told)
    assume(before.status is CallStatus.RINGING and before.direction is Direction.INCOMING)
    assume(before.client_raw and before.ringing_at)
    return before


SLOW = (HealthCheck.filter_too_much, HealthCheck.too_slow)


@settings(examples(400), suppress_health_check=SLOW)
@given(case=one_more([RING]), window=st.integers(2, 9))
def test_what_repeats_a_ring_changes_nothing(case: tuple[list[CallEvent], CallEvent], window: int) -> None:
    told, ring = case
    latest = latest_of(told, window)
    assume(repeats_a_ring(ring, latest))
    before = fold(told)
    assume(before.status is CallStatus.RINGING)
    assert fold([*told, ring]) == before


@settings(examples(400), suppress_health_check=SLOW)
@given(case=one_more(), window=st.integers(2, 9))
def test_what_concerns_one_phone_changes_its_latest_leg_at_most(
    case: tuple[list[CallEvent], CallEvent], window: int
) -> None:
    told, event = case
    assume(concerns_one_phone(event, latest_of(told, window)))
    assume(all(other.status is not CallStatus.ANSWERED for other in told))
    before, after = ringing(told), fold([*told, event])
    assert replace(after, legs=(), responsible_leg=None) == replace(before, legs=(), responsible_leg=None)
    expected = with_one_more(before.legs, event)
    assume(expected is not None)
    assert after.legs == expected


def with_one_more(legs: tuple[Leg, ...], event: CallEvent) -> tuple[Leg, ...] | None:
    """As calls/ringing.py has it; None where that leaves it to the fold."""
    own = [(place, leg) for place, leg in enumerate(legs) if may_be_of(leg, event)]
    if not own:
        return None
    place, leg = own[-1]
    if (leg.extension, leg.user_key, leg.role) != (event.extension, event.user_key, event.role):
        return None
    if (event.kind is RING) is (leg.ended_at is None):
        return legs
    if event.kind is RING:
        again = replace(leg, rang_at=event.occurred_at, ended_at=None, status=CallStatus.RINGING)
        at_once = [one for one in legs if one.rang_at == event.occurred_at]
        later = [one for one in at_once if (one.extension, one.user_key) > (event.extension, event.user_key)]
        return (*legs[: len(legs) - len(later)], again, *later)
    left = replace(leg, ended_at=event.occurred_at, status=event.status or CallStatus.UNKNOWN)
    return (*legs[:place], left, *legs[place + 1 :])


def may_be_of(leg: Leg, event: CallEvent) -> bool:
    by_number = bool(event.extension) and leg.extension == event.extension
    return by_number or (bool(event.user_key) and leg.user_key == event.user_key)


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


def left(event: CallEvent) -> CallEvent:
    """That phone stops, half a second later."""
    at = event.occurred_at + timedelta(milliseconds=500)
    return replace(event, kind=LEAVE, status=CallStatus.NO_ANSWER, occurred_at=at, fingerprint=f"{event.fingerprint}!")


def test_the_rings_of_a_queue_are_known_as_repeated() -> None:
    told = queue(3)
    assert all(repeats_a_ring(event, told[:place]) for place, event in enumerate(told) if place > 30)
    assert not any(repeats_a_ring(event, told[:place]) for place, event in enumerate(told) if place <= 30)
    assert repeats_a_ring(told[60], [*told[:60], left(told[45])]), "Another phone has left since."
    assert not repeats_a_ring(told[60], [*told[:60], left(told[30])])


def test_the_second_round_of_a_queue_concerns_one_phone_each_time() -> None:
    rounds = [one for event in queue(2) for one in (event, left(event))]
    assert all(concerns_one_phone(event, rounds[:place]) for place, event in enumerate(rounds) if place >= 60)
    first = [place for place, event in enumerate(rounds[:60]) if event.kind is RING]
    assert not any(concerns_one_phone(rounds[place], rounds[:place]) for place in first)


def test_a_ring_after_something_else_or_with_news_repeats_nothing() -> None:
    told = queue(2)
    again = replace(told[30], occurred_at=ZERO + timedelta(seconds=60), fingerprint="again")
    assert repeats_a_ring(again, told)
    answered = replace(told[45], kind=EventKind.ANSWERED, fingerprint="answered")
    assert not repeats_a_ring(again, [*told, answered])
    assert not repeats_a_ring(again, told[30:]), "Of that moment there may be more than these."
    assert not repeats_a_ring(again, [])
    news = replace(again, our_number="74951234567")
    late = replace(again, occurred_at=told[-1].occurred_at - timedelta(seconds=1))
    assert not repeats_a_ring(news, told)
    assert not repeats_a_ring(late, told)
    assert not concerns_one_phone(news, told)
    assert not concerns_one_phone(late, told)


def test_what_tells_more_than_of_one_phone_concerns_the_call() -> None:
    told = [one for event in queue(1) for one in (event, left(event))]
    ring = replace(told[0], occurred_at=ZERO + timedelta(seconds=60), fingerprint="again")
    leave = replace(told[1], occurred_at=ZERO + timedelta(seconds=60), fingerprint="again")
    assert concerns_one_phone(ring, told)
    assert concerns_one_phone(leave, told)
    assert concerns_one_phone(replace(leave, status=CallStatus.BUSY), told), "While the call rings that is the phone's."
    for more in (
        replace(ring, kind=EventKind.ANSWERED),
        replace(ring, extension=""),
        replace(ring, direction=Direction.OUTGOING),
        replace(leave, transferred_to="102"),
        replace(leave, status=CallStatus.ANSWERED),
        replace(ring, extension="999"),
        replace(ring, tracking={"utm_source": "letter"}),
    ):
        assert not concerns_one_phone(more, told), more
    same_moment = [*told, replace(leave, fingerprint="and leaves")]
    assert not concerns_one_phone(ring, same_moment), "Which of them was first?"
    assert not repeats_a_ring(leave, told)
