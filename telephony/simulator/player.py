"""Plays calls against a server in real time: a few threads send whatever message is due next."""

from __future__ import annotations

import heapq
import itertools
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import Condition, Thread
from types import TracebackType

from telephony.simulator.plan import Disturbances, Planned, plan
from telephony.simulator.report import Report
from telephony.simulator.scenarios import Scriptwriter
from telephony.simulator.sender import Answer, Sender, with_wrong_secret
from telephony.vendors.simulated import Message, ScriptedCall, SimulatedPbx

LONGEST_REMARK = 120
STOP_SECONDS = 2.0
"""How long to wait for an answer that is under way when the player is stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One PBX that plays calls against one hook's address."""

    pbx: SimulatedPbx
    url: str
    """With the secret: never shown."""
    writer: Scriptwriter
    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """Go along with each message."""

    def messages(self, call: ScriptedCall) -> list[Message]:
        """Of this call, in the order in which they are sent."""
        return [replace(one, headers={**one.headers, **self.headers}) for one in self.pbx.messages(call)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A call all of whose messages have gone out; `is_whole` if none of them was lost."""

    target: Target
    call: ScriptedCall
    is_whole: bool


@dataclass(slots=True, kw_only=True)
class _Playing:
    target: Target
    call: ScriptedCall
    begun: float
    rest: Iterator[Planned]
    current: Planned | None
    ends_after: float
    is_whole: bool = True

    @property
    def due(self) -> float:
        return self.begun + (self.current.after if self.current else self.ends_after)


class Player:
    """Use as a context manager: inside, `add` calls and `wait` for their end; leaving it stops whatever still plays.

    `speed` 10 plays a minute in six seconds (the messages still name the scripted times), 0 without waiting.
    """

    def __init__(
        self,
        *,
        report: Report,
        speed: float = 1.0,
        concurrency: int = 8,
        disturbances: Disturbances | None = None,
        seed: object = None,
        on_played: Callable[[Played], None] = lambda played: None,
    ) -> None:
        self._report = report
        self._speed = speed
        self._disturbances = disturbances or Disturbances()
        self._random = random.Random(None if seed is None else f"{seed}-disturbances")
        self._on_played = on_played
        self._due: list[tuple[float, int, _Playing]] = []
        self._numbers = itertools.count()
        self._open = 0
        self._stopped = False
        self._failure: Exception | None = None
        self._changed = Condition()
        self._threads = [Thread(target=self._work, daemon=True) for _ in range(concurrency)]

    def __enter__(self) -> Player:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def add(self, target: Target, call: ScriptedCall) -> None:
        """Begin to play this call now."""
        with self._changed:
            planned = plan(
                target.messages(call), speed=self._speed, disturbances=self._disturbances, source=self._random
            )
            self._open += 1
        rest = iter(planned)
        last = max((one.after for one in planned), default=0.0)
        ends_after = max(last, call.ended_after / self._speed if self._speed else 0.0)
        begun = time.monotonic()
        self._report.call_begun()
        self._push(
            _Playing(target=target, call=call, begun=begun, rest=rest, current=next(rest, None), ends_after=ends_after)
        )

    def wait(self) -> None:
        """Until every call added so far is over. Raises what went wrong in a sending thread."""
        with self._changed:
            self._changed.wait_for(lambda: not self._open or self._failure is not None)
            if self._failure is not None:
                raise self._failure

    def _push(self, playing: _Playing) -> None:
        with self._changed:
            heapq.heappush(self._due, (playing.due, next(self._numbers), playing))
            self._changed.notify()

    def _work(self) -> None:
        sender = Sender()
        try:
            while (playing := self._next()) is not None:
                self._go_on(sender, playing)
        except Exception as error:  # Nobody looks at a thread's traceback: `wait` raises it.
            with self._changed:
                self._failure = error
                self._changed.notify_all()
        finally:
            sender.close()

    def _next(self) -> _Playing | None:
        with self._changed:
            while not self._stopped:
                pause = self._due[0][0] - time.monotonic() if self._due else None
                if pause is not None and pause <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(pause)
        return None

    def _go_on(self, sender: Sender, playing: _Playing) -> None:
        if playing.current is not None:
            self._send(sender, playing, playing.current)
            playing.current = next(playing.rest, None)
            self._push(playing)
            return
        pbx = playing.target.pbx
        pbx.journal.add(pbx.call_id(playing.call), playing.call)
        self._on_played(Played(target=playing.target, call=playing.call, is_whole=playing.is_whole))
        with self._changed:
            self._open -= 1
            self._changed.notify_all()

    def _send(self, sender: Sender, playing: _Playing, planned: Planned) -> None:
        target, message = playing.target, planned.message
        what = f"{target.name}  {target.pbx.call_id(playing.call)}  {message.label}"
        if planned.is_lost:
            playing.is_whole = playing.is_whole and planned.is_copy
            self._report.dropped(what)
            return
        if planned.is_forged:
            answer = sender.send(with_wrong_secret(target.url), message)
            self._note(f"{what} (wrong secret)", answer, "" if answer.status == 404 else "not 404 to a wrong secret")
            return
        answer = sender.send(target.url, message)
        complaint = answer.failure or target.pbx.complaint(message, answer.status, answer.body)
        if answer.failure:
            playing.is_whole = False
        self._note(what + (" (again)" if planned.is_copy else ""), answer, complaint, _remark(message, answer))

    def _note(self, what: str, answer: Answer, complaint: str, remark: str = "") -> None:
        told = str(answer.status) if answer.status else answer.failure
        self._report.sent(what, answer=told, seconds=answer.seconds, complaint=complaint, remark=remark)


def _remark(message: Message, answer: Answer) -> str:
    """What the PBX was told, where it reads that."""
    return answer.body.decode("utf-8", "replace")[:LONGEST_REMARK] if message.asks else ""


def play(
    player: Player, targets: Sequence[Target], *, rate: float, count: int | None = None, seed: object = None
) -> None:
    """Begin `count` calls (None: without end) on the targets in turn, `rate` a second (0: all at once).

    Without end, the pauses between calls vary as people's do, around the same rate.
    """
    source = random.Random(None if seed is None else f"{seed}-pauses")
    due = time.monotonic()
    for number in itertools.count() if count is None else range(count):
        time.sleep(max(0.0, due - time.monotonic()))
        target = targets[number % len(targets)]
        player.add(target, target.writer.write(started_at=datetime.now(UTC)))
        if rate:
            due += 1 / rate if count is not None else source.expovariate(rate)
