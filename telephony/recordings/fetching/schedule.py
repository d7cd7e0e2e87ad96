"""When a recording that could not be had is tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from telephony.jobs import Pauses

PAUSES = Pauses(
    table=(
        timedelta(seconds=10),
        timedelta(seconds=30),
        timedelta(minutes=2),
        timedelta(minutes=10),
        timedelta(minutes=30),
        *(timedelta(hours=hours) for hours in (2, 6, 12, 24, 24)),
    ),
    jitter=0.1,
)
PAUSES_OF_UNANSWERED = replace(PAUSES, table=PAUSES.table[:5])
"""PBXs also send links of calls that nobody answered. There is hardly ever anything behind them."""
OWN_PAUSES = replace(PAUSES, table=PAUSES.table[:6], repeats_last=True)
"""When the fault is on this side, it goes on: giving up would lose what the PBX still has."""
LONGEST_RETRY_AFTER = timedelta(hours=24)


def pause_after(*, tries: int, hopeful: bool, asked_for: timedelta | None = None) -> timedelta | None:
    """How long to wait after so many tries (from 1); None: it was the last.

    `hopeful`: there should be a recording; else only the first pauses are waited for.
    `asked_for`: how long the PBX asks to wait at least.
    """
    pause = (PAUSES if hopeful else PAUSES_OF_UNANSWERED).after(tries)
    return max(pause, min(asked_for, LONGEST_RETRY_AFTER)) if pause and asked_for else pause


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
