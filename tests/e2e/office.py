"""An office at the desk: people with three tabs each, and a simulated PBX that tells of a call step by step."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import BrowserContext, Locator, Page

from telephony.domain.events import CallStatus, Direction
from telephony.simulator.sender import Sender
from telephony.vendors import get_vendor
from telephony.vendors.simulated import Employee, Scenario, ScriptedCall, Step, StepKind
from tests.e2e.browser import add_person, run
from tests.servers import Server

PEOPLE = {"anna": "101", "boris": "102", "clara": "103"}
TABS = ("/admin/", "/telephony/calls/", "/telephony/desk/settings/")
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
"""A browser's window. What turns or trembles would be painted sixty times a second, by a processor, in each tab."""
ADD_PBX = """
from django.contrib.auth import get_user_model
from telephony.models import Disposition, Extension, Line
from telephony.connections.settings import add_connection
connection = add_connection(
    vendor="sipuni", name="Office", time_zone="Europe/Moscow", phone_region="RU", settings={{"user": "012345"}}
)
for username, number in {people!r}.items():
    user = get_user_model().objects.get(username=username)
    Extension.objects.create(connection=connection, user=user, number=number)
Line.objects.create(connection=connection, number="+74951234567", label="Advertising")
Disposition.objects.create(label="Order")
print(connection.hook_path)
"""
_serials = itertools.count(1)
KEEP_STREAMS = """
window.streams = [];
window.EventSource = class extends EventSource {
    constructor(...given) { super(...given); window.streams.push(this); }
};
"""
"""A browser that is set offline keeps the streams that are open: the test cuts them."""
DISMISS_ALL = """() => {
    document.querySelectorAll(".tel-desk-card[data-card] [data-dismiss]").forEach((button) => button.click());
    return !document.querySelector(".tel-desk-card[data-card]");
}"""


class Acting:
    """One call of the simulated PBX. `go(after)` tells everything up to that second of the call."""

    def __init__(self, url: str, call: ScriptedCall) -> None:
        self.call = call
        pbx = get_vendor("sipuni").simulator()(
            settings={"user": "012345"}, time_zone=ZoneInfo("Europe/Moscow"), employees=list(EMPLOYEES.values())
        )
        self._messages, self._url = list(pbx.messages(call)), url

    @property
    def number(self) -> str:
        """The client's, as cards show it."""
        digits = self.call.client
        return f"{digits[:2]} {digits[2:5]} {digits[5:8]}-{digits[8:10]}-{digits[10:]}"

    def go(self, after: int) -> None:
        sender = Sender()
        while self._messages and self._messages[0].after <= after:
            answer = sender.send(self._url, self._messages.pop(0))
            assert json.loads(answer.body) == {"success": True}, answer
        sender.close()


EMPLOYEES = {name: Employee(extension=number) for name, number in PEOPLE.items()}


class Office:
    """A running server with the people, and the PBX that posts to it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        for username in PEOPLE:
            add_person(server, username, "Operator", first_name=username.title())
        self._hook = run(server, ADD_PBX.format(people=PEOPLE))
        server.start()

    def call(self, *steps: tuple[str, int, str], caller: str = "", answered: bool = True, stays: str = "") -> Acting:
        """A call from (or by a `caller` to) a new client. Steps: kind, second, whose phone (empty: nobody's)."""
        serial = next(_serials)
        scripted = ScriptedCall(
            scenario=Scenario.OUTGOING if caller else Scenario.ANSWERED,
            token="0" * 40,
            serial=serial,
            direction=Direction.OUTGOING if caller else Direction.INCOMING,
            client=f"+7916{5550000 + serial:07}",
            our_number="+74951234567",
            started_at=datetime.now(UTC).replace(microsecond=0),
            steps=tuple(
                Step(
                    kind=StepKind(kind),
                    after=after,
                    employee=EMPLOYEES.get(who),
                    stays=EMPLOYEES.get(stays) if kind == "leave" else None,
                )
                for kind, after, who in steps
            ),
            status=CallStatus.ANSWERED if answered else CallStatus.NO_ANSWER,
            caller=EMPLOYEES.get(caller),
        )
        return Acting(self.server.url + self._hook, scripted)


class Person:
    """Somebody with one browser and three tabs."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.tabs: list[Page] = context.pages

    def cards(self, tab: Page, state: str = "") -> Locator:
        selector = f'.tel-desk-card[data-state="{state}"]' if state else ".tel-desk-card[data-card]"
        return tab.locator(selector)

    def card(self, tab: Page, acting: Acting, state: str = "") -> Locator:
        return self.cards(tab, state).filter(has_text=acting.number)

    def sounding(self) -> int:
        """In how many tabs it rings."""
        asked = 'document.getElementById("tel-desk-stack")?.dataset.sounding === "1"'
        return sum(bool(tab.evaluate(asked)) for tab in self.tabs)

    def clear(self) -> None:
        """Close what is left on the screen."""
        # By the page itself: a card that goes by itself in between would never be clicked on.
        self.tabs[0].wait_for_function(DISMISS_ALL)
