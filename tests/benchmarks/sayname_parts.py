"""Where SayName's time goes: run by sayname.py, on its database. Prints medians in milliseconds as JSON."""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from telephony.calls.contacts import Lookup
from telephony.domain.hooks import Hook
from telephony.intake import asked
from telephony.soap import services
from telephony.soap.deadline import within
from telephony.soap.exchange import Question
from telephony.soap.login import Login, read_login
from telephony.vendors.mobilon.envelope import read_request
from telephony.vendors.mobilon.soap import parse_request, say_name
from tests.soap.messages import PASSWORD, USER, authorization, envelope

SIZE = int(sys.argv[1])
TIMES = 1000


def hook() -> Hook:
    body = envelope("SayName", "http://test", number=f"8{9000000000 + random.randint(1, SIZE)}").encode()
    return Hook(
        method="POST",
        headers={"content-type": "text/xml", "authorization": authorization()},
        body=body,
        received_at=datetime.now(UTC),
    )


def median(work: Callable[[], object]) -> float:
    """Milliseconds."""
    taken = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return round(statistics.median(taken[TIMES // 10 :]) * 1000, 4)


class Answered:
    """In the place of the question: what Spyne itself costs."""

    def answer(self) -> str:
        return "Contact 1"


def main() -> None:
    login = Login(user=USER, password=PASSWORD, remote_address="")
    connection = login.connection()
    profile = connection.profile()
    lookup = Lookup()
    hooks = [hook() for _ in range(TIMES)]
    request = read_request(hooks[0].body, "text/xml")
    parsed = [parse_request(read_request(one.body, "text/xml"), one, profile) for one in hooks]
    outcome = asked.find_outcome(connection, parsed[0], lookup)
    question = Question(request=request, hook=hooks[0], connection=connection, answer_by=time.monotonic() + 3600)
    parts: dict[str, Callable[[], object]] = {
        "authentication: header": lambda: read_login(hooks[0]),
        "authentication: connection": lambda: login.connection().profile(),
        "XML: reading": lambda: read_request(hooks[0].body, "text/xml"),
        "lookup: number": lambda: parse_request(request, hooks[0], profile),
        "lookup: contact": lambda: asked.find_outcome(connection, random.choice(parsed), Lookup()),
        "lookup: deadline (thread, SET)": lambda: within(0.6, lambda: None),
        "answer: text": lambda: say_name(request, profile, outcome),
        "answer: Spyne and XML": lambda: services.call("VATS", request, Answered()),  # type: ignore[arg-type]
        "all of it, less HTTP": lambda: services.call("VATS", request, question),
    }
    print(json.dumps({name: median(work) for name, work in parts.items()}))


if __name__ == "__main__":
    main()
