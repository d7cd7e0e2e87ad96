"""Short ways to write events, for the tests of the fold: second 0 is when the call starts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind

ZERO = datetime(2024, 1, 29, 10, 0, tzinfo=UTC)
NUMBERS = count()


def at(second: float) -> datetime:
    return ZERO + timedelta(seconds=second)


def event(kind: EventKind, second: float, extension: str = "", **facts: Any) -> CallEvent:
    facts.setdefault("fingerprint", f"{kind}-{next(NUMBERS)}")
    return CallEvent(kind=kind, external_id="1", occurred_at=at(second), extension=extension, **facts)


def start(second: float, **facts: Any) -> CallEvent:
    facts.setdefault("direction", Direction.INCOMING)
    return event(EventKind.CALL_STARTED, second, **facts)


def ring(second: float, extension: str = "", **facts: Any) -> CallEvent:
    return event(EventKind.LEG_RINGING, second, extension, **facts)


def answer(second: float, extension: str = "", **facts: Any) -> CallEvent:
    return event(EventKind.ANSWERED, second, extension, **facts)


def leave(second: float, extension: str = "", **facts: Any) -> CallEvent:
    return event(EventKind.LEG_ENDED, second, extension, **facts)


def end(
    second: float, status: CallStatus | None = CallStatus.NO_ANSWER, extension: str = "", **facts: Any
) -> CallEvent:
    facts.setdefault("direction", Direction.INCOMING)
    return event(EventKind.ENDED, second, extension, status=status, **facts)


def reap(second: float) -> CallEvent:
    return event(EventKind.REAPED, second)
