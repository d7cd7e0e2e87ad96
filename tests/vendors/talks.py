"""Talks with a PBX's API as a vendor writes them: held here with answers from a list, and nothing sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from telephony.http import Pause, Request, Response, Talk

T = TypeVar("T")


def held(talk: Talk[T], *answers: Response) -> tuple[list[Request | Pause], T]:
    """What was asked (and waited), and the talk's result. Every answer has to be asked for; pauses need none."""
    left, asked = list(answers), []
    try:
        step = next(talk)
        while True:
            asked.append(step)
            answer: Any = None if isinstance(step, Pause) else _next(left, asked)
            step = talk.send(answer)
    except StopIteration as end:
        assert not left, f"{len(left)} answers were not asked for."
        return asked, end.value


def _next(left: list[Response], asked: Sequence[Request | Pause]) -> Response:
    assert left, f"Asked once more than there are answers: {asked[-1]!r}"
    return left.pop(0)


def answer(body: Any, *, status: int = 200, **headers: str) -> Response:
    """A JSON answer, or a text as it is; headers with _ for -."""
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, headers=named, body=text.encode(), size=len(text.encode()))


def answered(path: Path) -> Response:
    """An answer as on the wire: payloads/answers/NAME.answer."""
    head, _, body = path.read_bytes().partition(b"\r\n\r\n")
    status_line, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Response(status=int(status_line.split(" ")[1]), headers=headers, body=body, size=len(body))
