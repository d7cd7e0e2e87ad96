"""How far a PBX's clock is behind ours: learned from its messages, so that a slow clock makes no card late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from telephony.calls.change import Change
from telephony.models import Connection
from telephony.ui.presentation import length

LIVE = timedelta(seconds=30)
"""What is processed later than this after it came (a replay, a delivery that waited) teaches nothing."""
WINDOW = timedelta(minutes=10)
"""A message may be held up on its way, never hurried: the quickest of so long a time tells the clock."""
STEADY = timedelta(seconds=20)
"""What is held up on its way is not held up for as long each time: two messages so far apart that come equally late,
and none in time between them, tell of a clock that was put back."""
NOTABLE = 0.5
"""Seconds; less is not written."""
SAME = 5
"""Seconds within which two clocks are the same to people: messages are on their way for as long."""
WORTH_SAYING = 60
"""Seconds."""
HALF_HOUR, CLOCK_SLIP = 1800, 180
"""Seconds: time zones differ by half hours, and a clock in the wrong one is slightly wrong, too."""
IMPOSSIBLE = timedelta(hours=26)
"""More is no clock and no time zone, but a wrong date."""
TRUSTED = {"clock_suspected": None, "clock_suspected_since": None}


def learn_clock(change: Change) -> None:
    """A message that came just now, with the PBX's own time in it, tells of its clock."""
    event, heard_at = change.event, change.heard_at
    if event is None or heard_at is None or event.time_is_guess or event.listed_at or event.occurred_at == heard_at:
        return
    behind = heard_at - event.occurred_at
    if abs(behind) > IMPOSSIBLE or timezone.now() - heard_at > LIVE:
        return
    connection = change.call.connection
    news = _news(connection, behind.total_seconds(), heard_at)
    if news:
        Connection.objects.filter(pk=connection.pk).update(**news)
        for name, value in news.items():
            setattr(connection, name, value)


def forget_clock(*, connection: Connection) -> None:
    """Its time zone was changed: all is learned anew. The caller saves the connection."""
    connection.clock_behind = connection.clock_quickest = connection.clock_since = None
    connection.clock_suspected = connection.clock_suspected_since = None


def clock_in_words(connection: Connection) -> str:
    """What somebody should know of the PBX's clock; empty while it is right, or unknown."""
    behind = connection.clock_behind
    if behind is None or abs(behind) < WORTH_SAYING:
        return ""
    steps = round(behind / HALF_HOUR)
    values = {"length": length(abs(behind)), "zone": connection.time_zone}
    if steps and abs(behind - steps * HALF_HOUR) < CLOCK_SLIP:
        text = gettext(
            "By its clock the PBX is %(length)s away from ours: most likely the time zone below, %(zone)s, is not the "
            "PBX's. Cards come all the same; the times of calls are wrong until it is put right."
        )
    elif behind > 0:
        text = gettext(
            "The PBX's clock is %(length)s behind ours. Cards come all the same; the times of calls are the PBX's. "
            "Set its clock by a time server."
        )
    else:
        text = gettext(
            "The PBX's clock is %(length)s ahead of ours. Cards come all the same; the times of calls are the PBX's. "
            "Set its clock by a time server."
        )
    return text % values


def clock_figure(connection: Connection) -> str:
    """How far the PBX's clock is from ours, in a few words; a network's delays are no difference."""
    behind = connection.clock_behind
    if behind is None:
        return gettext("not known yet")
    if abs(behind) < SAME:
        return gettext("as ours")
    text = gettext("%(length)s behind ours") if behind > 0 else gettext("%(length)s ahead of ours")
    return text % {"length": length(abs(behind))}


def _news(connection: Connection, behind: float, now: datetime) -> dict[str, Any]:
    """The columns that change, if any: few messages write something."""
    known, quickest = connection.clock_behind, connection.clock_quickest
    if known is None or quickest is None or connection.clock_since is None:
        return {"clock_behind": behind, **_window(behind, now)}
    if connection.clock_since < now - WINDOW:
        return {"clock_behind": min(quickest, behind), **_window(behind, now)}
    if behind > known + WORTH_SAYING:
        return _suspicion(connection, behind, now)
    news: dict[str, Any] = dict(TRUSTED) if connection.clock_suspected is not None else {}
    if behind < quickest - NOTABLE:
        news["clock_quickest"] = behind
    if behind < known - NOTABLE:
        news["clock_behind"] = behind
    return news


def _suspicion(connection: Connection, behind: float, now: datetime) -> dict[str, Any]:
    """Either this message was held up, or the clock was put back."""
    suspected, since = connection.clock_suspected, connection.clock_suspected_since
    if suspected is not None and since is not None:
        if now - since < STEADY:
            return {}
        if now - since < WINDOW and abs(behind - suspected) < SAME:
            slower = min(suspected, behind)
            return {"clock_behind": slower, **_window(slower, now), **TRUSTED}
    return {"clock_suspected": behind, "clock_suspected_since": now}


def _window(behind: float, now: datetime) -> dict[str, Any]:
    return {"clock_quickest": behind, "clock_since": now}
