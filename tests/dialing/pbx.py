"""A user with a phone at a PBX, and the PBX: the simulator's API over HTTP, and what it is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from telephony.dialing.orders import dial
from telephony.models import Call, Connection, Dial, Extension
from telephony.simulator.scenarios import Lengths, Scriptwriter
from telephony.simulator.server import ApiServer
from telephony.vendors import get_vendor
from telephony.vendors.simulated import Employee, Order, Scenario
from tests.telephony.factories import ConnectionFactory, ExtensionFactory, make_user
from tests.telephony.messages import START, Message, deliver

CLIENT = "+79201119613"
SLUGS = ("sipuni", "wirecrm", "xvb", "mobilon")
TOKEN = "the-token-of-all"
KEYS = {"101": "key-of-101"}
LOOPBACK = ["127.0.0.0/8"]


@dataclass
class Pbx:
    """All four PBXs on one server. `accepted` are the orders whose call is to be played."""

    server: ApiServer
    accepted: list[tuple[str, Order]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def settings(self, slug: str) -> dict[str, str]:
        addresses = {
            "sipuni": {"api_url": f"{self.server.url}/sipuni/api/callback/call_number"},
            "wirecrm": {"dial_url": f"{self.server.url}/wirecrm/dial"},
            "xvb": {"cloud_url": f"{self.server.url}/xvb/cloud"},
            "mobilon": {"api_url": f"{self.server.url}/mobilon/api/call/"},
        }
        return {"user": "012345", "secret": TOKEN, "dial_token": TOKEN, "token": TOKEN, **addresses[slug]}

    def connection(self, slug: str, **more: Any) -> Connection:
        values: dict[str, Any] = {"settings": self.settings(slug), "internal_networks": LOOPBACK, **more}
        connection: Connection = ConnectionFactory.create(vendor=slug, **values)
        return connection

    def phone(self, slug: str, number: str = "101", *, user: Any = None, **more: Any) -> Extension:
        """A user's phone at a new connection to this PBX."""
        extension: Extension = ExtensionFactory.create(
            connection=self.connection(slug, **more),
            user=user or make_user(f"user-{slug}-{number}"),
            number=number,
            key=KEYS.get(number, f"key-of-{number}"),
        )
        return extension


def serve() -> Pbx:
    pbx = Pbx(server=ApiServer({}, slow_seconds=0.5))
    pbx.server.on_order = lambda slug, order: pbx.accepted.append((slug, order))
    pbx.server.note = pbx.asked.append
    for slug in SLUGS:
        pbx.server.pbxs[slug] = get_vendor(slug).simulator()(
            settings=pbx.settings(slug),
            time_zone=ZoneInfo("Europe/Moscow"),
            employees=[Employee(extension="101", key=KEYS["101"])],
            api_url=f"{pbx.server.url}/{slug}",
        )
    return pbx


def click(extension: Extension, number: str = CLIENT, key: str = "click-0001", **more: Any) -> Dial:
    """The order with its result (conftest.py sends at once)."""
    order = dial(user=extension.user, number=number, key=key, **more)
    return Dial.objects.select_related("extension", "connection").get(pk=order.pk)


def play(pbx: Pbx, connection: Connection, *, order: Order | None = None, number: str = CLIENT) -> Call:
    """The PBX tells of the ordered call, from its start to its end, now."""
    slug = connection.vendor
    order = order or pbx.accepted[-1][1]
    simulated = pbx.server.pbxs[slug]
    writer = Scriptwriter(seed=len(pbx.accepted), scenarios=[Scenario.OUTGOING], lengths=Lengths())
    call = writer.write_order(
        started_at=datetime.now(UTC), caller=order.employee, client=number, order_id=order.order_id
    )
    known = set(Call.objects.values_list("pk", flat=True))
    for message in simulated.messages(call):
        tell(connection, message)
    return Call.objects.exclude(pk__in=known).get()


def tell(connection: Connection, message: Any) -> None:
    """One message of the simulated PBX, received now."""
    sent = Message(
        method=message.method,
        query=message.query.encode(),
        body=message.body,
        headers={name.lower(): value for name, value in message.headers.items()},
    )
    delivery = deliver_now(connection, sent)
    assert delivery.state == "applied", delivery.error


def deliver_now(connection: Connection, message: Message, *, seconds: float = 0) -> Any:
    """The message, as if it came this many seconds from now."""
    return deliver(connection, message, (datetime.now(UTC) - START).total_seconds() + seconds)
