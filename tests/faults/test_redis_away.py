"""Redis is stopped, hangs or is emptied: PBXs and cards don't notice, and what is to be done is done afterwards."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import quantiles

import pytest
import redis

from tests.desk.streams import Streams
from tests.e2e.browser import log_in
from tests.faults.effects import Effects, counted
from tests.faults.installation import Installation
from tests.faults.steady import Steady
from tests.figures import figure
from tests.load.judged import querying
from tests.load.traffic import Request
from tests.rounds import rounds
from tests.servers import Server

pytestmark = pytest.mark.proof

SECONDS = rounds(3.0, full=20.0)
"""Each outage, and the time before it."""
TIMES = rounds(1, full=4)
"""Of each kind, in turn with quiet times: what else the machine did is the same for both."""
SETTLE = 10.0
"""Seconds after an outage that count for neither: what was held up is done."""
PER_SECOND = 12
"""A call begins each second, as their times say: else the PBX's clock would run ahead of ours."""
CARD_WITHIN = 15.0
DONE_WITHIN = rounds(60.0, full=300.0)


def stop(at: Installation) -> Callable[[], None]:
    at.stop_redis()
    return at.start_redis


def hang(at: Installation) -> Callable[[], None]:
    assert at.redis is not None
    at.redis.send_signal(signal.SIGSTOP)
    return lambda: at.redis.send_signal(signal.SIGCONT) if at.redis else None


def flush(at: Installation) -> Callable[[], None]:
    def empty() -> None:
        with redis.Redis(port=at.redis_port) as line:
            line.flushall()

    empty()
    return empty


class Desk:
    """Anna's page, open all the time: when it was told that her cards changed."""

    def __init__(self, server: Server) -> None:
        self._streams, self._over = Streams(server), threading.Event()
        self._streams.open("anna", log_in(server, "anna")["value"])
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        while not self._over.is_set():
            self._streams.read(0.1)

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self._streams.close()

    def seconds_after(self, moment: float) -> float:
        """On the clock of `time.monotonic`: how long until the page was told next; infinite if never."""
        told = (at - moment for at, topic in self._streams.lines["anna"].said if topic == "cards" and at >= moment)
        return min(told, default=float("inf"))


@contextmanager
def desk_beside(at: Installation) -> Iterator[Desk]:
    """A server of pages of its own, as in production."""
    pages = Server(var_dir=at.folder / "var", database_url=at.cluster.url, asgi=True)
    pages.environment |= {**at.server.environment}
    pages.start()
    try:
        desk = Desk(pages)
        try:
            yield desk
        finally:
            desk.close()
    finally:
        pages.stop()


def rings_anna(request: Request) -> bool:
    told = request.query + request.body
    return b"event=1" in told and b"dst_num=012345101" in told


def p99(seconds: list[float]) -> float:
    return quantiles(seconds, n=100)[-1]


def test_redis_is_away(make_installation: Callable[[], Installation]) -> None:
    at = make_installation()
    with counted(at) as effects:
        at.start_all()
        with desk_beside(at) as desk:
            for outage in (stop, hang, flush):
                found = watched(at, effects, outage)
                tell(outage.__name__, found, desk)
                assert not found.sent.unanswered
                assert found.sent.statuses() == {200}
        began = time.monotonic()
        while left := {kind: number for kind, number in effects.under_way().items() if kind != "mails"}:
            assert time.monotonic() - began < DONE_WITHIN, left
            time.sleep(0.5)
        figure("18.3 Redis away", "all jobs done after the last outage", time.monotonic() - began, unit="s")
        doubled, lost = effects.doubled(), effects.lost()
        figure("18.3 Redis away", "jobs lost", sum(lost.values()) + calls_without_their_task(at))
        figure("18.3 Redis away", "jobs done twice", sum(doubled.values()))
        assert not any(lost.values()), lost
        assert not any(doubled.values()), doubled
        assert not calls_without_their_task(at)


@dataclass
class Watched:
    """The traffic, and of each time of quiet and of outage the first and the last second in it."""

    sent: Steady
    quiet: list[tuple[float, float]] = field(default_factory=list)
    away: list[tuple[float, float]] = field(default_factory=list)

    def seconds(self, spells: list[tuple[float, float]]) -> list[float]:
        """How long the answers took that were asked for then."""
        return [took for at, took, _ in self.sent.times if _is_in(at, spells)]

    def rings_while_away(self) -> list[float]:
        """On the clock of `time.monotonic`."""
        start = time.monotonic() - self.sent.now()
        return [start + at for at, _, told in self.sent.times if _is_in(at, self.away) and rings_anna(told)]


def _is_in(moment: float, spells: list[tuple[float, float]]) -> bool:
    return any(first <= moment < last for first, last in spells)


def watched(at: Installation, effects: Effects, outage: Callable[[Installation], Callable[[], None]]) -> Watched:
    with Steady(at.server, effects.path, per_second=PER_SECOND, zero=int(time.time())) as sent:
        found = Watched(sent)
        for number in range(TIMES):
            time.sleep(SETTLE if number else 0)
            began = sent.now()
            time.sleep(SECONDS)
            gone = sent.now()
            end = outage(at)
            time.sleep(SECONDS)
            found.quiet.append((began, gone))
            found.away.append((gone, sent.now()))
            end()
    return found


def tell(what: str, found: Watched, desk: Desk) -> None:
    """The answers' p99 with Redis and without, side by side; and how late a card was."""
    name = f"18.3 Redis, {what}"
    before, away = p99(found.seconds(found.quiet)), p99(found.seconds(found.away))
    figure(name, "p99 of answers in quiet times", before * 1000, unit="ms")
    figure(name, "p99 of answers while it was away", away * 1000, unit="ms")
    figure(name, "ratio of both", away / before)
    time.sleep(1)
    latest = max(desk.seconds_after(moment) for moment in found.rings_while_away())
    figure(name, "latest card", latest, unit="s")
    assert latest < CARD_WITHIN


def calls_without_their_task(at: Installation) -> int:
    made = "SELECT run_id FROM telephony_ruleeffect WHERE kind = 'task' AND result IN ('made', 'there')"
    query = f"SELECT count(*) FROM telephony_rulerun WHERE state <> 'done' OR id NOT IN ({made})"
    number: int = querying(at.server)(query)[0][0]
    return number
