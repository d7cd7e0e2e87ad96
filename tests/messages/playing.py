"""Plays samples over HTTP to a connection whose phones 101, 102 and 103 are u101's, u102's and u103's.

A sample holds requests between lines of ###. `{NOW-5}` in it is Unix seconds, `{LOCAL-5}` Moscow's time, `{LOCALQ-5}`
the same for an address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus
from zoneinfo import ZoneInfo

from django.test import Client
from django.utils import timezone

from telephony.models import Call, Card, Connection, Delivery
from tests.telephony.factories import ConnectionFactory, ExtensionFactory, UserFactory

SAMPLES = Path(__file__).parent / "samples"
MOSCOW = ZoneInfo("Europe/Moscow")
_TIME = re.compile(r"\{(NOW|LOCALQ?)([+-]\d+)?\}")


@dataclass(frozen=True)
class Played:
    connection: Connection
    responses: list[Any]

    @property
    def calls(self) -> list[Call]:
        return list(Call.objects.filter(connection=self.connection).order_by("pk"))

    @property
    def deliveries(self) -> list[Delivery]:
        return list(Delivery.objects.filter(connection=self.connection).order_by("pk"))


def office(vendor: str, **settings: str) -> Connection:
    connection: Connection = ConnectionFactory.create(vendor=vendor, time_zone="Europe/Moscow", settings=settings)
    for number in ("101", "102", "103"):
        user = UserFactory.create(username=f"u{number}-{connection.pk}")
        ExtensionFactory.create(connection=connection, user=user, number=number, key=f"KEY{number}")
    return connection


def play(name: str) -> dict[str, Played]:
    """By vendor: the connection and its answers to the sample's requests, sent in their order."""
    played: dict[str, Played] = {}
    text = _TIME.sub(_moment, (SAMPLES / f"{name}.http").read_text())
    for request in re.split(r"^### ?$\n", text, flags=re.MULTILINE)[1:]:
        vendor = re.findall(r"/hooks/(\w+)/SECRET/", request)[0]
        to = played.setdefault(vendor, Played(office(vendor), []))
        to.responses.append(_send(to.connection, request))
    return played


def open_cards(call: Call) -> list[str]:
    """The extensions whose users have an open card of the call."""
    cards = Card.objects.filter(call=call, withdrawn_at=None).order_by("user__username")
    return [card.user.username[1:4] for card in cards.select_related("user")]


def legs(call: Call) -> list[tuple[str, str]]:
    return [(leg.extension_number, leg.status) for leg in call.legs.all()]


def _send(connection: Connection, request: str) -> Any:
    head, _, body = request.partition("\n\n")
    line, *headers = head.split("\n")
    method, target, _ = line.split(" ")
    query = target.partition("?")[2]
    given = dict(header.split(": ", 1) for header in headers)
    return Client().generic(
        method,
        connection.hook_path,
        body.rstrip("\n").encode(),
        content_type=given.get("Content-Type", ""),
        QUERY_STRING=query,
    )


def _moment(found: re.Match[str]) -> str:
    at = timezone.now() + timedelta(seconds=int(found[2] or 0))
    local = at.astimezone(MOSCOW).strftime("%Y-%m-%d %H:%M:%S")
    return {"NOW": str(int(at.timestamp())), "LOCAL": local, "LOCALQ": quote_plus(local)}[found[1]]
