"""A company with a PBX of each vendor, and short ways to play its calls through the real intake."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

from django.core.management import call_command

from telephony.domain.events import CallStatus, Direction
from telephony.models import Call, Connection
from tests.properties.messages import Message
from tests.properties.pbxs import mobilon, sipuni, wirecrm, xvb
from tests.properties.script import Script
from tests.properties.stored import deliver, make_connection
from tests.telephony.messages import CLIENT, OUR_NUMBER, START

PBXS = {"sipuni": sipuni, "mobilon": mobilon, "wirecrm": wirecrm, "xvb": xvb}
OTHER = "79031234567"
RINGS = 20
"""Seconds that phones ring."""


class Company:
    """Second 0 is START. Each of these returns the messages that it sent."""

    def __init__(self) -> None:
        self.connections: dict[str, Connection] = {}
        self._calls = 0

    def at(self, vendor: str) -> Connection:
        if vendor not in self.connections:
            self.connections[vendor] = make_connection(vendor)
        return self.connections[vendor]

    def call(self, second: float, vendor: str = "sipuni", **facts: Any) -> list[Message]:
        """The messages of a call, not sent yet. `talk`: so many seconds; without it nobody talked."""
        self._calls += 1
        talk: int | None = facts.pop("talk", None)
        incoming = facts.get("direction", Direction.INCOMING) is Direction.INCOMING
        rings = facts.pop("rings", (("101", 2),) if incoming else ())
        phone = facts.pop("phone", "101")
        script: dict[str, Any] = {
            "call_id": f"17{self._calls:08}.{self._calls:05}0",
            "direction": Direction.INCOMING,
            "status": CallStatus.NO_ANSWER if talk is None else CallStatus.ANSWERED,
            "started_at": START + timedelta(seconds=second),
            "client": CLIENT,
            "our_number": OUR_NUMBER,
            "caller": "" if incoming else phone,
            "rings": rings,
            "answered_by": "" if talk is None else phone,
            "answered_after": None if talk is None else RINGS,
            "transfer": None,
            "ended_after": RINGS + (talk or 0),
            "delay": timedelta(0),
            "recorded": False,
            "tells_answer": True,
            "end_names_employee": True,
        }
        return PBXS[vendor](Script(**{**script, **facts}))

    def sends(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            deliver(self.at(message.vendor), [message])
        return messages

    def misses(self, second: float, vendor: str = "sipuni", **facts: Any) -> list[Message]:
        """A client calls, and nobody takes it."""
        return self.sends(self.call(second, vendor, **facts))

    def answers(self, second: float, vendor: str = "sipuni", *, talk: int = 60, **facts: Any) -> list[Message]:
        """A client calls, and somebody talks with them."""
        return self.sends(self.call(second, vendor, talk=talk, **facts))

    def calls(self, second: float, vendor: str = "sipuni", *, talk: int | None = 60, **facts: Any) -> list[Message]:
        """Somebody calls a client, who answers, or (`talk=None`) does not."""
        return self.sends(self.call(second, vendor, talk=talk, direction=Direction.OUTGOING, **facts))


def told(*, everything: bool = True) -> list[dict[str, Any]]:
    """What `manage.py missed --json` prints."""
    output = StringIO()
    call_command("missed", "--json", *(["--all"] if everything else []), stdout=output)
    return [json.loads(line) for line in output.getvalue().splitlines()]


def lives() -> list[str]:
    """Each item in a few words, the one that began first leading: `returned 2`."""
    return [f"{item['state']} {item['attempts']}" for item in told()]


def call_of(second: float) -> Call:
    """The call that began at this second."""
    return Call.objects.get(started_at=START + timedelta(seconds=second))
