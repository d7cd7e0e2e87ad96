"""A call as a pure function of the set of its events.

`fold` may be given the events in any order, and with any of them missing: it sorts them itself and
looks at all of them, so no event is lost on another's lateness. Immutable facts (direction, client,
our number, start) are taken from the earliest *phase* that names them; an answer is never taken back;
an end is final; a reaper's end gives way to anything that happened later. A PBX's list (`CallEvent.listed_at`) knows
best how an unanswered call ended and how long a talk was, and nothing else better than the messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind
from telephony.domain.fold.ends import (
    is_only_greeted,
    outcome_of_legs,
    settled,
    tell_ends_apart,
    why_nobody_talked,
)
from telephony.domain.fold.legs import Leg, fold_legs
from telephony.domain.fold.order import in_order, in_phases, set_of
from telephony.domain.fold.recordings import RecordingNote, recordings_of
from telephony.domain.fold.responsible import responsible_leg

IMMUTABLE = ("client_raw", "our_number", "started_at")
DENIED = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallState:
    """Everything a Call row holds that comes from its events. Times are aware, lengths whole seconds."""

    direction: Direction
    status: CallStatus
    client_raw: str
    client_e164: str
    our_number: str
    started_at: datetime
    ringing_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    ring_seconds: int | None
    """From the start to the answer, or to the end of a call that nobody answered."""
    talk_seconds: int | None
    legs: tuple[Leg, ...]
    responsible_leg: int | None
    """Index of the leg that talked longest; of a call that nobody answered, the one that rang last."""
    recordings: tuple[RecordingNote, ...]
    end_reason: str = ""
    """An EndReason: why nobody talked, of a call that is over; empty where no message says."""
    end_reason_said: str = ""
    """The PBX's own word for it."""
    tracking: dict[str, str] = field(default_factory=dict)
    conflicts: tuple[str, ...] = ()
    """Names of immutable facts on which the events contradict each other; the first phase was believed. And `answer`,
    if one was told that the PBX's own account denies; that was believed."""
    is_test: bool = False
    """This installation played it: it counts for nothing but its card."""


def fold(events: Iterable[CallEvent]) -> CallState:
    """The call that these events (at least one) tell of."""
    timeline = in_order(set_of(events))
    by_phase = in_phases(timeline)
    told = _reordered(timeline, tell_ends_apart(timeline, _started_at(by_phase, timeline)))
    settled_timeline = _reordered(told, settled(told))
    if settled_timeline is not timeline:
        timeline, by_phase = settled_timeline, in_phases(settled_timeline)
    ends = [event for event in timeline if event.kind is EventKind.ENDED]
    reaped_at = _reaped_at(timeline) if not ends else None

    client = next((event for event in by_phase if event.client_raw), None)
    started_at = _started_at(by_phase, timeline)
    direction = next((event.direction for event in by_phase if event.direction), Direction.UNKNOWN)
    ended_at = _ended_at(ends, started_at, timeline) if ends else reaped_at
    status = _status(timeline, ends, reaped=reaped_at is not None, greeted=is_only_greeted(timeline, direction))
    answered_at = _answered_at(timeline, ends, started_at, ended_at, status)
    legs = fold_legs(timeline, direction, status, answered_at, ended_at)
    end_reason, end_reason_said = why_nobody_talked(timeline, status)
    return CallState(
        direction=direction,
        status=status,
        client_raw=client.client_raw if client else "",
        client_e164=client.client_e164 if client else "",
        our_number=next((event.our_number for event in by_phase if event.our_number), ""),
        started_at=started_at,
        ringing_at=min((leg.rang_at for leg in legs if leg.rang_at), default=None),
        answered_at=answered_at,
        ended_at=ended_at,
        ring_seconds=None if _only_listed(timeline, ends) else _ring_seconds(started_at, answered_at, ended_at, status),
        talk_seconds=_talk_seconds(ends, answered_at, ended_at, status),
        legs=legs,
        responsible_leg=responsible_leg(legs),
        recordings=recordings_of(timeline),
        end_reason=end_reason,
        end_reason_said=end_reason_said,
        tracking=_tracking(by_phase),
        conflicts=_conflicts(by_phase, is_denied=timeline != told),
        is_test=any(event.is_test for event in timeline),
    )


def _reordered(timeline: list[CallEvent], changed: Sequence[CallEvent]) -> list[CallEvent]:
    """In order again, if something was changed at all."""
    return timeline if changed is timeline else in_order(changed)


def _started_at(by_phase: list[CallEvent], timeline: list[CallEvent]) -> datetime:
    named = [event.started_at or event.occurred_at for event in by_phase if event.kind is EventKind.CALL_STARTED]
    if named:
        return min(named)
    hinted = next((event.started_at for event in by_phase if event.started_at), None)
    if hinted:
        return hinted
    # A call whose start was lost began no later than its first event, and its talk fits before its end.
    talks = (event.occurred_at - timedelta(seconds=event.talk_seconds or 0) for event in timeline)
    answers = (event.answered_at for event in timeline if event.answered_at)
    return min(chain(talks, answers))


def _ended_at(ends: list[CallEvent], started_at: datetime, timeline: list[CallEvent]) -> datetime:
    """The first end that is not before the start (a message may carry another year), else the start and the talk.

    A list tells no end: then it is reckoned, and no sign of life is after it.
    """
    talk = timedelta(seconds=max((event.talk_seconds or 0 for event in ends), default=0))
    if all(event.listed_at for event in ends):
        answers = [event.occurred_at for event in timeline if event.kind is EventKind.ANSWERED]
        return max(min(answers, default=started_at) + talk, started_at, *_signs_of_life(timeline))
    told = [event.occurred_at for event in ends if not event.listed_at]
    return min((at for at in told if at >= started_at), default=started_at + talk)


def _only_listed(timeline: list[CallEvent], ends: list[CallEvent]) -> bool:
    """Only a list told of the end, and nothing of the answer: how long they waited is not known."""
    if not ends or not all(event.listed_at for event in ends):
        return False
    return not any(event.kind is EventKind.ANSWERED or event.answered_at for event in timeline)


def _reaped_at(timeline: list[CallEvent]) -> datetime | None:
    """The reaper's time, unless the call showed a sign of life after it."""
    last_sign = max(_signs_of_life(timeline), default=None)
    reaps = (event.occurred_at for event in timeline if event.kind is EventKind.REAPED)
    return min((at for at in reaps if last_sign is None or at >= last_sign), default=None)


def _signs_of_life(timeline: list[CallEvent]) -> list[datetime]:
    alive = (EventKind.CALL_STARTED, EventKind.LEG_RINGING, EventKind.ANSWERED, EventKind.LEG_ENDED)
    return [event.occurred_at for event in timeline if event.kind in alive]


def _status(timeline: list[CallEvent], ends: list[CallEvent], *, reaped: bool, greeted: bool) -> CallStatus:
    answered = any(event.kind is EventKind.ANSWERED or event.status is CallStatus.ANSWERED for event in timeline)
    answered = answered and not greeted
    if ends and greeted:
        return CallStatus.NO_ANSWER
    if ends:
        if answered:
            return CallStatus.ANSWERED
        by_knowledge = sorted(ends, key=lambda event: event.listed_at is None)
        named = (event.status for event in by_knowledge if event.status not in (None, CallStatus.UNKNOWN))
        return next(named, None) or outcome_of_legs(timeline, ends)
    if reaped:
        is_left = any(event.kind is EventKind.REAPED and event.status for event in timeline)
        return CallStatus.ANSWERED if is_left else CallStatus.UNKNOWN
    if all(event.kind is EventKind.RECORDING_READY for event in timeline):
        return CallStatus.UNKNOWN  # Only a recording is known of this call: it neither rings nor talks.
    return CallStatus.TALKING if answered else CallStatus.RINGING


def _answered_at(
    timeline: list[CallEvent],
    ends: list[CallEvent],
    started_at: datetime,
    ended_at: datetime | None,
    status: CallStatus,
) -> datetime | None:
    answers = [event.occurred_at for event in timeline if event.kind is EventKind.ANSWERED]
    if answers:
        moment = min(answers)
    elif status in (CallStatus.ANSWERED, CallStatus.TALKING):
        hints = [event.answered_at for event in timeline if event.answered_at]
        talks = [event.talk_seconds for event in ends if event.talk_seconds is not None]
        if hints:
            moment = min(hints)
        elif talks and ended_at:
            moment = ended_at - timedelta(seconds=max(talks))
        else:
            return None
    else:
        return None
    moment = max(moment, started_at)
    return min(moment, ended_at) if ended_at else moment


def _ring_seconds(
    started_at: datetime, answered_at: datetime | None, ended_at: datetime | None, status: CallStatus
) -> int | None:
    if answered_at is None and status is CallStatus.ANSWERED:
        return None  # Answered, but nobody told when.
    return _whole(started_at, answered_at or ended_at)


def _talk_seconds(
    ends: list[CallEvent], answered_at: datetime | None, ended_at: datetime | None, status: CallStatus
) -> int | None:
    """As the PBX counted it, else from the answer to the end; unknown for a call that was reaped."""
    if status.is_open or status is CallStatus.UNKNOWN:
        return None
    if status is not CallStatus.ANSWERED:
        return 0
    counted = [event.talk_seconds for event in ends if event.talk_seconds is not None]
    return max(counted) if counted else _whole(answered_at, ended_at)


def _tracking(by_phase: list[CallEvent]) -> dict[str, str]:
    found: dict[str, str] = {}
    for event in by_phase:
        for name, value in event.tracking.items():
            if value:
                found.setdefault(name, value)
    return found


def _conflicts(by_phase: list[CallEvent], *, is_denied: bool) -> tuple[str, ...]:
    told = [event for event in by_phase if not event.listed_at]
    found = tuple(name for name in IMMUTABLE if _contradicts(told, name))
    return (*found, DENIED) if is_denied else found


def _contradicts(told: list[CallEvent], name: str) -> bool:
    if name == "started_at":
        # A second's difference is the same start told twice.
        named = [event.started_at for event in told if event.started_at]
        return bool(named) and (max(named) - min(named)).total_seconds() > 60
    if name == "client_raw":
        return len({event.client_e164 or event.client_raw for event in told if event.client_raw}) > 1
    return len({value for event in told if (value := getattr(event, name))}) > 1


def _whole(start: datetime | None, end: datetime | None) -> int | None:
    return None if start is None or end is None else max(0, round((end - start).total_seconds()))
