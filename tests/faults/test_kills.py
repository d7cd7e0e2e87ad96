"""Web, worker, Redis and PostgreSQL killed in turn under load: nothing acknowledged is lost, nothing is done twice."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.faults.effects import Effects, clicking, counted
from tests.faults.installation import Installation, until
from tests.figures import figure
from tests.load.judged import calls_in, expected_calls, querying, stored_requests
from tests.load.traffic import Request, StubbornPosters, call_of_12_events
from tests.rounds import rounds

pytestmark = pytest.mark.proof

EVENTS = int(os.environ.get("FAULTS_EVENTS", rounds(1000, full=10_000)))
KILLS = int(os.environ.get("FAULTS_KILLS", rounds(4, full=25)))
POSTERS, PER_SECOND = 4, int(os.environ.get("FAULTS_PER_SECOND", "60"))
CALLS_AT_ONCE = 8
DONE_WITHIN = rounds(120.0, full=600.0)
"""Seconds. A mail that a killed worker had in hand waits two minutes for its lease: not in the gate."""


def traffic(chance: random.Random) -> Iterator[Request]:
    """Always 8 calls at a time, their events shuffled together; they begin about now."""
    zero, number = int(time.time()) - EVENTS // 12, 0
    while True:
        calls = range(number, number + CALLS_AT_ONCE)
        events = [request for call in calls for request in call_of_12_events(call, zero=zero)]
        chance.shuffle(events)
        yield from events
        number += CALLS_AT_ONCE


def kill(at: Installation, part: str) -> Callable[[], None]:
    """Returns what starts it again."""
    if part == "web":
        at.server.kill()
        return at.server.start
    if part == "worker":
        at.programs["worker"].kill()
        return at.programs["worker"].start
    if part == "redis":
        at.stop_redis()
        return at.start_redis
    at.cluster.kill()
    return at.cluster.start


def kill_in_turn(at: Installation, sent: StubbornPosters, chance: random.Random) -> Counter[str]:
    """Evenly over the events. Each part is away for up to a second."""
    done: Counter[str] = Counter()
    for number in range(KILLS):
        part = ("web", "worker", "redis", "postgresql")[number % 4]
        until(lambda n=number: len(sent.acknowledged) > EVENTS * n // KILLS, "The posts stand still.", 120)
        start = kill(at, part)
        time.sleep(chance.uniform(0.1, 1.0))
        start()
        done[part] += 1
    until(lambda: len(sent.acknowledged) >= EVENTS, "The posts stand still.", 600)
    return done


def test_each_part_is_killed_again_and_again(make_installation: Callable[[], Installation]) -> None:
    at, chance = make_installation(), random.Random(18)
    with counted(at) as effects:
        at.start_all()
        sent = StubbornPosters(at.server, effects.path, traffic(chance), posters=POSTERS, per_second=PER_SECOND)
        sent.start()
        try:
            with clicking(effects):
                kills = kill_in_turn(at, sent, chance)
        finally:
            sent.stop()
        judge(at, effects, sent, kills)


def judge(at: Installation, effects: Effects, sent: StubbornPosters, kills: Counter[str]) -> None:
    name, began = f"18.1 {sum(kills.values())} kills", time.monotonic()
    while left := still_to_do(effects):
        assert time.monotonic() - began < DONE_WITHIN, left
        time.sleep(0.5)
    figure(name, "kills", ", ".join(f"{part} {number}" for part, number in kills.items()))
    figure(name, "all done after the last event", time.monotonic() - began, unit="s")
    stored = stored_requests(at.server)
    lost = Counter(sent.acknowledged) - Counter(stored)
    figure(name, "acknowledged events", len(sent.acknowledged))
    figure(name, "acknowledged events lost", lost.total())
    states = querying(at.server)("SELECT state, count(*) FROM telephony_delivery GROUP BY state")
    figure(name, "events that were not applied", sum(number for state, number in states if state != "applied"))
    done = effects.done()
    for what, number in done.items():
        figure(name, what, number)
    doubled, missing = effects.doubled(), effects.lost()
    figure(name, "effects doubled", sum(doubled.values()))
    figure(name, "effects lost", sum(missing.values()))
    assert not lost
    assert states == [("applied", len(stored))]
    assert calls_in(at.server) == expected_calls(stored)
    assert querying(at.server)("SELECT count(*) FROM telephony_callevent") == [(len(set(stored)),)]
    assert rounds(1, full=done["mails"])  # The gate does not wait for them.
    assert not any(doubled.values()), doubled
    assert not any(missing.values()), missing
    assert {phone[-10:] for phone in effects.clicked} <= {order.number[-10:] for _, order in effects.playing.orders}


def still_to_do(effects: Effects) -> dict[str, int]:
    try:
        left = effects.under_way()
    except psycopg.OperationalError:
        return {"unknown": 1}
    in_gate = {kind: number for kind, number in left.items() if kind in ("messages", "webhooks")}
    return left if rounds(0, full=1) else in_gate
