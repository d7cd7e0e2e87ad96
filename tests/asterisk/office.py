"""The product beside the Asterisk: a server with its people, the agent between them, and what became of calls."""

from __future__ import annotations

import json
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.agent.running import Agent
from tests.asterisk.network import Line
from tests.asterisk.running import Asterisk
from tests.e2e.browser import add_person, log_in, run
from tests.servers import Server

PEOPLE = {"anna": "101", "boris": "102", "vera": "103"}
SECRET = "what the agent and the connection know"
SET_UP = """
from django.contrib.auth import get_user_model
from telephony.connections.settings import add_connection
from telephony.models import Extension
connection = add_connection(
    vendor="asterisk", name="Office", time_zone="Europe/Moscow", phone_region="RU",
    settings={{"secret": {secret!r}, "trunks": "trunk", "extensions": "10."}},
)
for username, number in {people!r}.items():
    user = get_user_model().objects.get(username=username)
    Extension.objects.create(connection=connection, user=user, number=number)
print(connection.hook_path)
"""
CALLS = """
import json
from telephony.intake import inbox
from telephony.models import Call, Dial

inbox.process_due()  # What a busy machine could not apply at once: there is no worker here.

def told(call):
    return {{
        "id": call.external_id, "direction": call.direction, "status": call.status, "client": call.client_e164,
        "our_number": call.our_number, "responsible": call.responsible and call.responsible.username,
        "is_over": call.ended_at is not None, "talk": call.talk_seconds,
        "legs": [[leg.extension_number, leg.user and leg.user.username, leg.status] for leg in call.legs.all()],
        "cards": sorted(card.user.username for card in call.cards.all()),
        "recordings": [[recording.state, recording.size] for recording in call.recordings.all()],
    }}

print(json.dumps({{
    "calls": [told(call) for call in Call.objects.order_by("id")[{calls}:]],
    "orders": [
        [order.state, order.error_code, order.call and order.call.external_id]
        for order in Dial.objects.order_by("id")[{orders}:]
    ],
}}))
"""
PATIENCE = 60
"""Seconds: a message that was not applied at once is tried again after ten."""
FETCH = """
from telephony.tasks import fetch_recordings
fetch_recordings()
"""


@dataclass(frozen=True)
class Told:
    """One call, as the product has it."""

    id: str
    direction: str
    status: str
    client: str
    our_number: str
    responsible: str | None
    is_over: bool
    talk: int | None
    legs: list[list[str]]
    cards: list[str]
    recordings: list[list[Any]]


class Office:
    """Between the agent and the server is a line that can be cut."""

    def __init__(self, server: Server, asterisk: Asterisk, folder: Path) -> None:
        self.server = server
        for username in PEOPLE:
            add_person(server, username, "Administrator")
        path = run(server, SET_UP.format(secret=SECRET, people=PEOPLE))
        server.start()
        self.line = Line(lambda: socket.create_connection(("127.0.0.1", server.port), timeout=5))
        self.agent = Agent(folder, f"http://127.0.0.1:{self.line.port}{path}", asterisk.ami.port)
        self.agent.settings["crm"] |= {"secret": SECRET, "poll_seconds": "0.5"}
        self.agent.settings["orders"] = {"context": "internal", "ring_seconds": "3"}
        self.agent.settings["recordings"] = {"folder": str(asterisk.recordings)}
        self._calls_before = self._orders_before = 0
        self.agent.start()
        self.agent.wait_until_said("AMI is connected")

    def stop(self) -> None:
        self.agent.kill()
        self.line.stop()

    def forget(self) -> None:
        """What was until now is no matter of the next test."""
        found = self.found()
        self._calls_before += len(found["calls"])
        self._orders_before += len(found["orders"])

    def found(self) -> dict[str, Any]:
        """Calls and orders since then."""
        code = CALLS.format(calls=self._calls_before, orders=self._orders_before)
        told: dict[str, Any] = json.loads(run(self.server, code))
        return told

    def calls(self, *, count: int = 1, until: Callable[[Told], bool] = lambda call: call.is_over) -> list[Told]:
        """The calls, once there are so many and each is as it should be."""
        end = time.monotonic() + PATIENCE
        while True:
            calls = [Told(**one) for one in self.found()["calls"]]
            if len(calls) >= count and all(map(until, calls)):
                return calls
            assert time.monotonic() < end, (calls, self.agent.said()[-2000:])
            time.sleep(0.5)

    def fetch_recordings(self) -> None:
        """What a worker does."""
        run(self.server, FETCH)

    def click(self, username: str, phone: str) -> tuple[int, Callable[[], dict[str, Any]]]:
        """Call a number from the page; the order's id, and what the page is told of it now."""
        cookie = log_in(self.server, username)
        headers = {
            "Content-Type": "application/json",
            "Cookie": f"{cookie['name']}={cookie['value']}; csrftoken={'c' * 32}",
            "X-CSRFToken": "c" * 32,
        }

        def ask(method: str, path: str, body: str = "") -> dict[str, Any]:
            connection = HTTPConnection("127.0.0.1", self.server.port, timeout=20)
            connection.request(method, path, body, headers)
            told: dict[str, Any] = json.loads(connection.getresponse().read())
            connection.close()
            return told

        made = ask("POST", "/telephony/dial/", json.dumps({"phone": phone, "key": secrets.token_hex(8)}))
        return made["id"], lambda: ask("GET", f"/telephony/dial/{made['id']}/")
