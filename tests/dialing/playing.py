"""The four PBXs, whose APIs take orders over HTTP and which then tell a running server of the calls."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from telephony.domain.numbers import to_e164
from telephony.simulator import targets
from telephony.simulator.player import Player, Target
from telephony.simulator.report import Report
from telephony.simulator.server import ApiServer
from telephony.vendors.simulated import Employee, Order
from tests.dialing.pbx import LOOPBACK, SLUGS, TOKEN
from tests.servers import Server

SET_UP = """
import json
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from telephony.models import Connection, Extension
from telephony.connections.settings import add_connection
wanted = json.loads({wanted!r})
paths = {{}}
for vendor, settings in wanted["settings"].items():
    made = add_connection(
        vendor=vendor, name=f"Office at {{vendor}}", time_zone="Europe/Moscow", phone_region="RU", settings=settings
    )
    Connection.objects.filter(pk=made.pk).update(internal_networks=wanted["networks"])
    paths[vendor] = made.hook_path
for username, vendor, number in wanted["phones"]:
    user, is_new = get_user_model().objects.get_or_create(username=username, defaults={{"is_staff": True}})
    user.groups.set(Group.objects.filter(name__in=["Administrator"]))
    connection = Connection.objects.get(vendor=vendor)
    Extension.objects.create(connection=connection, user=user, number=number, key=f"key-of-{{number}}")
print(json.dumps(paths))
"""

Phones = Iterable[tuple[str, str, str]]
"""User name, vendor, internal number."""


@dataclass
class Playing:
    """`orders` are those that a PBX took: a phone rang so many times."""

    server: Server
    api: ApiServer
    player: Player
    targets: dict[str, Target] = field(default_factory=dict)
    orders: list[tuple[str, Order]] = field(default_factory=list)
    is_telling: bool = True
    """Whether the PBXs also tell of the calls."""

    def settings(self, base: str) -> dict[str, dict[str, str]]:
        """Of each PBX, whose API is reached at this address."""
        return {
            "sipuni": {"user": "012345", "secret": TOKEN, "api_url": f"{base}/sipuni/api/callback/call_number"},
            "wirecrm": {"dial_url": f"{base}/wirecrm/dial", "dial_token": TOKEN},
            "xvb": {"cloud_url": f"{base}/xvb/cloud", "token": TOKEN},
            "mobilon": {"api_url": f"{base}/mobilon/api/call/", "token": TOKEN},
        }

    def set_up(self, phones: Phones, *, through: str = "") -> None:
        """The users, connections and phones in the server's database; `through` is a proxy before the PBXs."""
        phones = list(phones)
        wanted = {"settings": self.settings(through or self.api.url), "networks": LOOPBACK, "phones": phones}
        printed = self.server.manage("shell", "-v0", "-c", SET_UP.format(wanted=json.dumps(wanted))).stdout
        for slug, path in json.loads(printed).items():
            numbers = [number for _, vendor, number in phones if vendor == slug]
            employees = [Employee(extension=number, key=f"key-of-{number}") for number in numbers]
            self.targets[slug] = targets.of_address(
                slug,
                url=self.server.url + path,
                casting=targets.Casting(employees=employees),
                settings=self.settings("")[slug],
                time_zone=ZoneInfo("Europe/Moscow"),
                api_url=f"{self.api.url}/{slug}",
            )
            self.api.pbxs[slug] = self.targets[slug].pbx

    def take(self, slug: str, order: Order) -> None:
        self.orders.append((slug, order))
        if self.is_telling:
            target, client = self.targets[slug], to_e164(order.number, "RU")
            call = target.writer.write_order(
                started_at=datetime.now(UTC), caller=order.employee, client=client, order_id=order.order_id
            )
            self.player.add(target, call)


@contextmanager
def playing_for(server: Server, *, speed: float = 10, slow_seconds: float = 0.5) -> Iterator[Playing]:
    with Player(report=Report(write=print, quiet=True), speed=speed, concurrency=8) as player:
        playing = Playing(server=server, api=ApiServer({}, slow_seconds=slow_seconds), player=player)
        playing.api.on_order = playing.take
        with playing.api:
            yield playing


def wait_until(is_true: Callable[[], bool], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.05)


__all__ = ["SLUGS", "Playing", "playing_for", "wait_until"]
