"""One canary call: the PBX's messages to the installation's public address, and a stream that waits for the card."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from telephony.canary.listening import Ear
from telephony.canary.values import Errand, Stuck, Way
from telephony.intake.canary_mark import HEADER
from telephony.models import CanaryRun, LiveEvent
from telephony.simulator.sender import Answer, Sender
from telephony.vendors.simulated import Message

PATIENCE = 10.0
"""Seconds for an answer, and for the stream."""
Problem = CanaryRun.Problem
_OF_STATUS = {
    401: Problem.REFUSED,
    403: Problem.REFUSED,
    404: Problem.NOT_FOUND,
    429: Problem.TOO_MANY,
    503: Problem.NOT_STORED,
}


def call(errand: Errand, *, patience: float) -> Way:
    """Go the whole way; never raises for what stands in it."""
    sender = Sender(timeout=patience)
    answers: list[Answer] = []
    try:
        with Ear(errand.stream_url, patience=patience) as ear:
            _knock(sender, errand)
            begun = time.monotonic()
            answers.extend(_send(sender, errand))
            is_call = _hear(ear, count=len(answers), until=time.monotonic() + patience)
            heard_ms = round((time.monotonic() - begun) * 1000)
    except Stuck as stuck:
        return Way(problem=stuck.problem, said=stuck.said, answer_ms=_slowest(answers))
    finally:
        sender.close()
    if not is_call:
        return Way(problem=Problem.NO_CALL, answer_ms=_slowest(answers))
    return Way(answer_ms=_slowest(answers), heard_ms=heard_ms)


def _knock(sender: Sender, errand: Errand) -> None:
    """Whether the address is right, and the mark arrives; before that nothing is sent: it would be a real call."""
    answer = sender.send(errand.hook_url, Message(after=0, label="", method="HEAD", headers={HEADER: errand.mark}))
    if answer.failure:
        raise Stuck(Problem.UNREACHABLE, answer.failure)
    if 300 <= answer.status < 400:
        raise Stuck(Problem.REDIRECTED, f"HTTP {answer.status}")
    if answer.status != 200:
        raise Stuck(_OF_STATUS.get(answer.status, Problem.WRONG_ANSWER), f"HTTP {answer.status}")
    if answer.headers.get(HEADER.lower()) != str(errand.run_id):
        raise Stuck(Problem.UNMARKED)


def _send(sender: Sender, errand: Errand) -> Iterator[Answer]:
    for message in errand.messages:
        marked = replace(message, headers={**message.headers, HEADER: errand.mark})
        answer = sender.send(errand.hook_url, marked)
        if answer.failure:
            raise Stuck(Problem.NO_ANSWER, answer.failure)
        yield answer
        if complaint := errand.pbx.complaint(message, answer.status, answer.body):
            raise Stuck(_OF_STATUS.get(answer.status, Problem.WRONG_ANSWER), complaint[:300])


def _hear(ear: Ear, *, count: int, until: float) -> bool:
    """Whether any of the messages told something of a call; raises for what went wrong with one."""
    is_call = False
    for _ in range(count):
        told = ear.next(until, topic=LiveEvent.Topic.CANARY)
        if told is None:
            raise Stuck(Problem.NOT_HEARD)
        if "error" in told:
            raise Stuck(Problem.FAULT, str(told["error"])[:300])
        is_call = is_call or bool(told["calls"])
    return is_call


def _slowest(answers: list[Answer]) -> int | None:
    return round(max(answer.seconds for answer in answers) * 1000) if answers else None
