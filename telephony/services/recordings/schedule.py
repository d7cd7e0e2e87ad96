"""When a recording that could not be had is tried again."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

PAUSES = (
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 6, 12, 24, 24)),
)
"""After each failed try but the last."""
PAUSES_OF_UNANSWERED = PAUSES[:5]
"""PBXs also send links of calls that nobody answered. There is hardly ever anything behind them."""
LONGEST_OWN_PAUSE = timedelta(hours=2)
"""When the fault is on this side, it goes on: giving up would lose what the PBX still has."""
LONGEST_RETRY_AFTER = timedelta(hours=24)
JITTER = 0.1
"""Share of the pause that is added at random, so that a hundred that failed together don't come back together."""


def pause_after(*, tries: int, hopeful: bool, asked_for: timedelta | None = None) -> timedelta | None:
    """How long to wait after so many tries (from 1); None: it was the last.

    `hopeful`: there should be a recording; else only the first pauses are waited for.
    `asked_for`: how long the PBX asks to wait at least.
    """
    pauses = PAUSES if hopeful else PAUSES_OF_UNANSWERED
    if tries > len(pauses):
        return None
    pause = _with_jitter(pauses[tries - 1])
    return max(pause, min(asked_for, LONGEST_RETRY_AFTER)) if asked_for else pause


def own_pause_after(*, tries: int) -> timedelta:
    """How long to wait after so many tries, when the fault was ours."""
    return _with_jitter(min(PAUSES[min(tries, len(PAUSES)) - 1], LONGEST_OWN_PAUSE))


def _with_jitter(pause: timedelta) -> timedelta:
    return pause * random.uniform(1, 1 + JITTER)  # noqa: S311  (no secret)


def retry_after(value: str, *, now: datetime) -> timedelta | None:
    """What the header Retry-After asks for (RFC 9110, 10.2.3: seconds or a date); None if it says nothing readable."""
    value = value.strip()
    if value.isascii() and value.isdecimal():
        return timedelta(seconds=min(int(value), int(LONGEST_RETRY_AFTER.total_seconds())))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    pause = moment.replace(tzinfo=moment.tzinfo or UTC) - now
    return pause if pause > timedelta(0) else None
