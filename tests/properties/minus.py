"""What a call is allowed to lose when messages of it are missing: what they alone carried, and nothing else.

`check_minus(whole, kept)` compares the fold of all events with the fold of those that are left, which
include an end. Fact by fact:

- status: the same if an end that is left names it; else ANSWERED if an answer is left, else UNKNOWN.
- client, our number, direction, tracking, recordings: the same, unless no event that is left names them;
  then empty.
- ended_at: the earliest end that is left.
- started_at: the same if the start or any event that names it is left; else no earlier than it was and as
  early as the first event that is left, and the talk that the end tells of.
- answered_at: the time of the earliest answer event that is left; without one, as the whole call had it,
  provided that an end says when or how long (all four PBXs' do), and never outside start and end.
- talk_seconds: as counted by the PBX; where it counts none, from that answer to that end.
- ring_seconds: from that start to that answer (or end).
- legs: those employees whom an event that is left names, and no others. `rang_at` is lost with the ring.
  Who answered and who left when is the same if it is still told: every answer and leg end is left, or
  there was one answer and the end names who talked. If it is not told, nothing more is promised of a leg
  than that its own times are in order and that an answer of its own that is left is kept.
- responsible: the same if the legs' answers are told and that leg is left.
- conflicts: messages that agree don't begin to contradict each other because some are missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind
from telephony.domain.fold import CallState, fold
from telephony.domain.fold.legs import Leg

RINGS = (EventKind.CALL_STARTED, EventKind.LEG_RINGING)


def check_minus(whole: Sequence[CallEvent], kept: Sequence[CallEvent]) -> None:
    """Assert that folding `kept` gives what `whole` gives, minus what the missing events alone carried."""
    full, part = fold(whole), fold(kept)
    ends = [event for event in kept if event.kind is EventKind.ENDED]
    assert ends
    _check_facts(full, part, kept)
    assert part.status is _status(full, kept, ends)
    assert part.ended_at == min(event.occurred_at for event in ends)
    _check_start(full, part, kept)
    _check_answer(full, part, kept, ends)
    _check_legs(full, part, whole, kept)


def _check_facts(full: CallState, part: CallState, kept: Sequence[CallEvent]) -> None:
    assert part.client_raw == (full.client_raw if any(event.client_raw for event in kept) else "")
    assert part.client_e164 == (full.client_e164 if any(event.client_raw for event in kept) else "")
    assert part.our_number == (full.our_number if any(event.our_number for event in kept) else "")
    assert part.direction is (full.direction if any(event.direction for event in kept) else Direction.UNKNOWN)
    left = {name for event in kept for name in event.tracking}
    assert part.tracking == {name: value for name, value in full.tracking.items() if name in left}
    links = {event.recording_link for event in kept}
    assert part.recordings == tuple(note for note in full.recordings if note.link in links)
    assert part.conflicts == full.conflicts == ()


def _status(full: CallState, kept: Sequence[CallEvent], ends: Sequence[CallEvent]) -> CallStatus:
    if any(end.status for end in ends):
        return full.status
    answered = any(event.kind is EventKind.ANSWERED or event.status is CallStatus.ANSWERED for event in kept)
    return CallStatus.ANSWERED if answered else CallStatus.UNKNOWN


def _check_start(full: CallState, part: CallState, kept: Sequence[CallEvent]) -> None:
    if any(event.kind is EventKind.CALL_STARTED or event.started_at for event in kept):
        assert part.started_at == full.started_at
        return
    talks = [event.occurred_at - timedelta(seconds=event.talk_seconds or 0) for event in kept]
    answers = [event.answered_at for event in kept if event.answered_at]
    assert full.started_at <= part.started_at
    assert part.started_at == min(talks + answers)


def _check_answer(full: CallState, part: CallState, kept: Sequence[CallEvent], ends: Sequence[CallEvent]) -> None:
    assert part.ended_at is not None
    answers = [event.occurred_at for event in kept if event.kind is EventKind.ANSWERED]
    if answers:
        assert part.answered_at == min(answers)
    elif part.status is CallStatus.ANSWERED and any(end.answered_at or end.talk_seconds for end in ends):
        assert part.answered_at == full.answered_at
    else:
        assert part.answered_at is None
    counted = [end.talk_seconds for end in ends if end.talk_seconds is not None]
    if part.status is not CallStatus.ANSWERED:
        assert part.talk_seconds == (None if part.status is CallStatus.UNKNOWN else 0)
    elif counted:
        assert part.talk_seconds == full.talk_seconds
    elif part.answered_at:
        assert part.talk_seconds == round((part.ended_at - part.answered_at).total_seconds())
    waited = (part.answered_at or part.ended_at) - part.started_at
    told = part.status is not CallStatus.ANSWERED or part.answered_at
    assert part.ring_seconds == (round(waited.total_seconds()) if told else None)


def _check_legs(full: CallState, part: CallState, whole: Sequence[CallEvent], kept: Sequence[CallEvent]) -> None:
    named = [leg for leg in full.legs if any(_names(event, leg) for event in kept)]
    assert len(part.legs) == len(named)
    told = _who_answered_is_told(full, whole, kept) and part.answered_at == full.answered_at
    for before in named:
        after = next(leg for leg in part.legs if _same_employee(leg, before))
        rung = any(event.kind in RINGS and _names(event, before) for event in kept)
        expected = replace(_until(before, full, part), rang_at=before.rang_at if rung else None)
        if told and part.status is full.status and part.direction is full.direction:
            assert _without_names(after) == _without_names(expected)
        else:
            _check_leg_in_order(after, expected, part, kept)
    responsible = None if full.responsible_leg is None else full.legs[full.responsible_leg]
    if told and part.status is CallStatus.ANSWERED and responsible in named:
        assert part.responsible_leg is not None
        assert _same_employee(part.legs[part.responsible_leg], responsible)
    if part.ringing_at is not None:
        assert part.ringing_at == min(leg.rang_at for leg in part.legs if leg.rang_at)


def _check_leg_in_order(after: Leg, expected: Leg, part: CallState, kept: Sequence[CallEvent]) -> None:
    assert after.rang_at == expected.rang_at
    own = [event.occurred_at for event in kept if event.kind is EventKind.ANSWERED and _names(event, expected)]
    if own:
        assert after.answered_at == min(own)
    times = [at for at in (after.rang_at, after.answered_at, after.ended_at, part.ended_at) if at]
    assert times == sorted(times)


def _who_answered_is_told(full: CallState, whole: Sequence[CallEvent], kept: Sequence[CallEvent]) -> bool:
    if full.answered_at is None:
        return True
    telling = [event for event in whole if event.kind in (EventKind.ANSWERED, EventKind.LEG_ENDED)]
    named = any(event.kind in (EventKind.ANSWERED, EventKind.ENDED) and _employee(event) for event in kept)
    nobody_missed = all(event in kept for event in telling)
    return named and (nobody_missed or len(telling) == 1)


def _until(leg: Leg, full: CallState, part: CallState) -> Leg:
    """A leg that lasted as long as the call, as long as the call with events missing."""
    if leg.ended_at != full.ended_at or part.ended_at is None:
        return leg
    talked = round((part.ended_at - leg.answered_at).total_seconds()) if leg.answered_at else None
    return replace(leg, ended_at=part.ended_at, talk_seconds=talked)


def _employee(event: CallEvent) -> bool:
    return bool(event.extension or event.user_key)


def _names(event: CallEvent, leg: Leg) -> bool:
    return (bool(event.extension) and event.extension == leg.extension) or (
        bool(event.user_key) and event.user_key == leg.user_key
    )


def _same_employee(one: Leg, other: Leg) -> bool:
    return (bool(one.extension) and one.extension == other.extension) or (
        bool(one.user_key) and one.user_key == other.user_key
    )


def _without_names(leg: Leg) -> Leg:
    """One message names an employee by number, the next by key: what is missing may have told one of the two."""
    return replace(leg, extension="", user_key="")
