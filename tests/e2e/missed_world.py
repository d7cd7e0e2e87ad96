"""A week of missed calls, told to a running server by its PBXs over HTTP."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from http.client import HTTPConnection
from typing import Any
from zoneinfo import ZoneInfo

from telephony.domain.events import Direction
from tests.e2e.browser import run
from tests.missed.company import Company
from tests.properties.messages import Message
from tests.servers import Server
from tests.telephony.messages import START

ZONE = ZoneInfo("Europe/Moscow")
OFFICE = """
from django.contrib.auth import get_user_model
from crm.services import add_contact
from telephony.models import Connection, Extension, Line, Team
people = {{one.username: one for one in get_user_model().objects.all()}}
team = Team.objects.create(name="Продажи")
team.members.set(people.values())
for vendor, settings in {{"sipuni": {{"user": "012345"}}, "mobilon": {{}}}}.items():
    made = Connection.objects.create(vendor=vendor, name=f"Офис {{vendor}}", settings=settings)
    for number, name in (("101", "anna"), ("102", "boris")):
        Extension.objects.create(connection=made, user=people[name], number=number, key=f"key-{{number}}")
    Line.objects.create(connection=made, number="74951234567", label="Реклама на радио")
for name, number in {contacts!r}.items():
    add_contact(name=name, phones=[number], company="ООО «Северо-Западная логистика»", responsible=people["anna"])
print(*[row.hook_path for row in Connection.objects.order_by("pk")])
"""
CONTACTS = {"Иван Константинопольский-Ярославцев": "79205550101", "Марья Ивановна": "79205550102"}


class Office:
    """PBXs that tell the server of calls; moments are the company's."""

    def __init__(self, server: Server) -> None:
        self._server, self._company = server, Company()
        paths = run(server, OFFICE.format(contacts=CONTACTS)).split()
        self._paths = dict(zip(("sipuni", "mobilon"), paths, strict=True))

    def call(self, moment: datetime, vendor: str = "sipuni", **facts: Any) -> None:
        for message in self._company.call((moment - START).total_seconds(), vendor, **facts):
            self._send(message)

    def _send(self, message: Message) -> None:
        query = message.hook.query.decode()
        path = self._paths[message.vendor] + (f"?{query}" if query else "")
        connection = HTTPConnection("127.0.0.1", self._server.port, timeout=30)
        connection.request(message.hook.method, path, message.hook.body or None, dict(message.hook.headers))
        assert connection.getresponse().status == 200
        connection.close()

    def live_a_week(self, seed: int = 7) -> None:
        """Calls of a week, most of which somebody returned."""
        dice = random.Random(seed)
        for day in range(7, 0, -1):
            for _call in range(4):
                moment = at(-day, dice.randrange(9, 18), dice.randrange(60))
                client = f"7920555{dice.randrange(1000, 2000)}"
                self.call(moment, dice.choice(["sipuni", "mobilon"]), client=client)
                if dice.random() < 0.5:
                    self.call(moment + timedelta(minutes=3), client=client)
                if dice.random() < 0.7:
                    back = {"talk": 90, "direction": Direction.OUTGOING, "client": client}
                    self.call(moment + timedelta(minutes=dice.randrange(5, 90)), **back)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """This time of so many days from today."""
    today = datetime.now(ZONE).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return today + timedelta(days=day)
