"""Who calls when: days with a rush before noon, nights on which nobody answers, and missed calls that are returned."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from telephony.vendors.simulated import Scenario

ZONE = ZoneInfo("Europe/Moscow")
OPENS, CLOSES = 9, 18
CALLS_AT_HOUR = {8: 1, 9: 4, 10: 7, 11: 8, 12: 6, 13: 4, 14: 6, 15: 7, 16: 6, 17: 4, 18: 2, 19: 1, 21: 1}
"""How many of a working day's calls come in each hour, in proportion."""
ON_WORKING_DAYS, ON_SATURDAYS, ON_SUNDAYS = (24, 36), (3, 8), (1, 4)
KNOWN_CALLERS = 0.7
RETURNED, CALLS_AGAIN = 0.55, 0.1
"""Of the calls missed, how many are returned, and how many of their callers try once more and get through."""
HURRIED_HOURS, HURRIED_MISS = (11, 13), 0.2
"""At noon calls are missed more often."""
MIX = {
    Scenario.ANSWERED: 40,
    Scenario.GROUP: 14,
    Scenario.TRANSFERRED: 6,
    Scenario.MISSED: 7,
    Scenario.BUSY: 3,
    Scenario.OUTGOING: 18,
    Scenario.OUTGOING_MISSED: 5,
    Scenario.INTERNAL: 2,
}
"""What calls are in working hours, in proportion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCall:
    """What to let happen. `client` is in E.164."""

    started_at: datetime
    scenario: Scenario
    client: str


def calls_of(day: date, *, clients: Sequence[str], strangers: Sequence[str]) -> list[PastCall]:
    """The calls that began on this day, and those that returned what was missed on it, the first first.

    The same day with the same numbers has the same calls.
    """
    source = random.Random(f"{day:%Y-%m-%d}")  # noqa: S311  (a story, not a secret)
    calls = []
    for _ in range(source.randint(*_how_many(day))):
        known = source.random() < KNOWN_CALLERS
        client, moment = source.choice(clients if known else strangers), _moment(day, source)
        call = PastCall(started_at=moment, scenario=_scenario(moment, source), client=client)
        calls += [call, *_what_follows(call, source)]
    return sorted(calls, key=lambda call: call.started_at)


def _how_many(day: date) -> tuple[int, int]:
    return {5: ON_SATURDAYS, 6: ON_SUNDAYS}.get(day.weekday(), ON_WORKING_DAYS)


def _moment(day: date, source: random.Random) -> datetime:
    hour = source.choices(list(CALLS_AT_HOUR), list(CALLS_AT_HOUR.values()))[0]
    return datetime.combine(day, time(hour, source.randint(0, 59), source.randint(0, 59)), ZONE)


def _is_open(moment: datetime) -> bool:
    return moment.weekday() < 5 and OPENS <= moment.hour < CLOSES


def _scenario(moment: datetime, source: random.Random) -> Scenario:
    hurried = HURRIED_HOURS[0] <= moment.hour < HURRIED_HOURS[1] and source.random() < HURRIED_MISS
    if hurried or not _is_open(moment):
        return Scenario.MISSED
    return source.choices(list(MIX), list(MIX.values()))[0]


def _what_follows(call: PastCall, source: random.Random) -> Iterator[PastCall]:
    """Somebody calls back, perhaps not at the first try; or the client calls again."""
    if call.scenario not in (Scenario.MISSED, Scenario.BUSY):
        return
    fate = source.random()
    if fate >= RETURNED + CALLS_AGAIN:
        return
    at = _next_open(call.started_at + timedelta(minutes=source.randint(3, 70)), source)
    if fate < CALLS_AGAIN:
        yield PastCall(started_at=at, scenario=Scenario.ANSWERED, client=call.client)
        return
    if source.random() < 0.25:
        yield PastCall(started_at=at, scenario=Scenario.OUTGOING_MISSED, client=call.client)
        at = _next_open(at + timedelta(minutes=source.randint(5, 40)), source)
    yield PastCall(started_at=at, scenario=Scenario.OUTGOING, client=call.client)


def _next_open(moment: datetime, source: random.Random) -> datetime:
    """This moment, or some time in the first hour of the next working day."""
    while not _is_open(moment):
        next_day = moment.date() + timedelta(days=moment.hour >= OPENS)
        moment = datetime.combine(next_day, time(OPENS, source.randint(0, 59)), ZONE)
    return moment
