"""A conversation with another server, written down without anything being sent.

A `Talk` is a generator: it yields what is to be asked (`Request`) or how long to wait (`Pause`), is sent the answer,
and returns what it has learned. So whoever writes one stays pure, and it can have pages, a login, or an answer that
is ready only later. `hold` carries it out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar, cast

from telephony.http.failures import Failure, RequestFailed, failed
from telephony.http.sending import send
from telephony.http.values import Check, Limits, Policy, Request, Response

T = TypeVar("T")
TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait so many seconds before the talk goes on."""

    seconds: float


Talk: TypeAlias = Generator[Request | Pause, Response, T]
"""Yields questions and pauses, is sent the answers (of a pause nothing that means anything), returns a `T`."""
Turn = Callable[[Request], float]
"""Takes the next place for this request; returns in how many seconds its turn comes."""
Sleep = Callable[[float], None]


def hold(
    talk: Talk[T],
    *,
    policy: Policy,
    limits: Limits,
    check: Check | None = None,
    turn: Turn | None = None,
    repeats: bool = True,
    sleep: Sleep = time.sleep,
) -> T:
    """Carry the talk out and return its result, within `limits.total_seconds` for all of it.

    `check` is called while it waits, and may end it all. A request that has to wait for its turn, or is answered with
    429 and a Retry-After, waits while the time lasts. `repeats`: all of it only asks; else only what is `is_harmless`
    may be sent again. Raises `RequestFailed`, and whatever the talk and the check raise.
    """
    ends_at = time.monotonic() + limits.total_seconds
    waiting = _Waiting(ends_at=ends_at, check=check, sleep=sleep)
    try:
        step = next(talk)
        while True:
            answer: Response | None = None
            if isinstance(step, Pause):
                waiting.wait(step.seconds)
            else:
                answer = _ask(step, policy=policy, limits=limits, waiting=waiting, turn=turn, repeats=repeats)
            step = talk.send(cast(Response, answer))
    except StopIteration as end:
        return cast(T, end.value)
    finally:
        talk.close()


class _Waiting:
    def __init__(self, *, ends_at: float, check: Check | None, sleep: Sleep) -> None:
        self.ends_at, self.check, self._sleep = ends_at, check, sleep

    @property
    def left(self) -> float:
        return self.ends_at - time.monotonic()

    def wait(self, seconds: float) -> None:
        """Raises `RequestFailed` at once if there is no time for it."""
        if seconds > self.left:
            raise failed(Failure.TIMEOUT)
        while seconds > 0:
            if self.check is not None:
                self.check()
            self._sleep(min(1.0, seconds))
            seconds -= 1.0


def _ask(
    request: Request, *, policy: Policy, limits: Limits, waiting: _Waiting, turn: Turn | None, repeats: bool
) -> Response:
    if turn is not None:
        waiting.wait(turn(request))
    response = _send(request, policy=policy, limits=limits, waiting=waiting)
    asked_for = response.headers.get("retry-after", "").strip()
    may_wait = asked_for.isdecimal() and int(asked_for) < waiting.left and (repeats or request.is_harmless)
    if response.status != TOO_MANY_REQUESTS or not may_wait:
        return response
    waiting.wait(int(asked_for))
    return _send(request, policy=policy, limits=limits, waiting=waiting)


def _send(request: Request, *, policy: Policy, limits: Limits, waiting: _Waiting) -> Response:
    seconds = waiting.left
    if seconds <= 0:
        raise failed(Failure.TIMEOUT)
    try:
        return send(request, policy=policy, limits=replace(limits, total_seconds=seconds), check=waiting.check)
    except RequestFailed as failure:
        if request.is_harmless:
            failure.may_have_arrived = False
        raise
