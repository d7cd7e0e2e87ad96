"""The events of a call, each once and in order. Part of the fold (fold/call.py)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from telephony.domain.events import CallEvent


def order(event: CallEvent) -> tuple[object, ...]:
    """Sort key in time. Of one moment what says how it ended comes before what says only that it did.

    The fingerprint comes last, so that equal moments never depend on the way of arrival.
    """
    says_nothing = event.status is None
    return (event.occurred_at, event.kind.phase, says_nothing, event.extension, event.user_key, event.fingerprint)


def in_order(events: Iterable[CallEvent]) -> list[CallEvent]:
    return sorted(events, key=order)


def in_phases(timeline: Sequence[CallEvent]) -> list[CallEvent]:
    """Of events in order; they stay so within a phase."""
    return sorted(timeline, key=lambda event: event.kind.phase)


def set_of(events: Iterable[CallEvent]) -> list[CallEvent]:
    """One event a fingerprint: of copies with different times (of receipt) the one that knows best."""
    unique: dict[str, CallEvent] = {}
    for event in events:
        known = unique.get(event.fingerprint)
        if known is None or knows_better(event, known):
            unique[event.fingerprint] = event
    return list(unique.values())


def knows_better(copy: CallEvent, known: CallEvent) -> bool:
    """Whether this copy of a message was received earlier, so that its time is nearer to what happened."""
    return (copy.time_is_guess, copy.occurred_at) < (known.time_is_guess, known.occurred_at)
