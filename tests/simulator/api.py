"""Every vendor's API on one server, and a client that asks it as a CRM does."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from telephony.simulator.scenarios import EMPLOYEES, Lengths, Scriptwriter
from telephony.simulator.server import ApiServer
from telephony.vendors import get_vendor
from telephony.vendors.simulated import Order, Scenario, ScriptedCall, SimulatedPbx

STARTED_AT = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
"""The third of March on the PBX's clock."""
ZONE = ZoneInfo("Asia/Yekaterinburg")
SLUGS = ("sipuni", "wirecrm", "xvb", "mobilon", "zadarma", "mango", "itoolabs", "onlinepbx", "uis", "telphin", "demo")


class Got(NamedTuple):
    status: int
    content_type: str
    body: bytes

    def json(self) -> object:
        return json.loads(self.body)


class Api:
    """The server with every vendor's PBX, and the orders that it accepted."""

    def __init__(self) -> None:
        self.orders: list[tuple[str, Order]] = []
        self.lines: list[str] = []
        self.server = ApiServer(
            {},
            on_order=lambda vendor, order: self.orders.append((vendor, order)),
            note=self.lines.append,
            slow_seconds=0.3,
        )
        for slug in SLUGS:
            self.server.pbxs[slug] = get_vendor(slug).simulator()(
                settings={
                    "token": "the-token",
                    "dial_token": "the-token",
                    "secret": "the-secret",
                    "api_key": "the-key",
                    "api_salt": "the-salt",
                    "access_token": "the-token",
                },
                time_zone=ZONE,
                employees=EMPLOYEES,
                api_url=f"{self.server.url}/{slug}",
            )

    def ask(self, method: str, path: str, form: dict[str, str] | None = None, **headers: str) -> Got:
        connection = HTTPConnection(urlsplit(self.server.url).netloc, timeout=10)
        try:
            body = None if form is None else urlencode(form)
            sent = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
            sent |= {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Got(answer.status, answer.headers.get_content_type(), answer.read())
        finally:
            connection.close()

    def play(self, slug: str, scenario: Scenario, seconds: int = 7) -> tuple[SimulatedPbx, ScriptedCall]:
        pbx = self.server.pbxs[slug]
        writer = Scriptwriter(seed=2, scenarios=[scenario], lengths=Lengths(talk=(seconds, seconds)))
        call = writer.write(started_at=STARTED_AT)
        pbx.journal.add(pbx.call_id(call), call)
        return pbx, call
