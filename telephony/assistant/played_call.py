"""A test call that rings the administrator's own phone: played by the simulator, over the way that messages take."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Thread

from django.utils.translation import gettext

from telephony.models import Card, Connection, Extension
from telephony.simulator.player import Player, Target
from telephony.simulator.report import Report
from telephony.simulator.scenarios import Lengths
from telephony.simulator.sender import Sender
from telephony.simulator.targets import Casting, of_connection
from telephony.vendors.simulated import Employee, Message, Scenario

CLIENT = "+79161234567"
LENGTHS = Lengths(ring=(12, 12), talk=(3, 3), recording=(1, 1))
"""Seconds; it rings long enough to be seen."""


def own_phone(connection: Connection, user_pk: int) -> Extension | None:
    return connection.extensions.filter(user_id=user_pk).order_by("pk").first()


def shown_card(connection: Connection, user_pk: int) -> Card | None:
    """The newest card of a call of this connection that was on this user's screen."""
    cards = Card.objects.filter(call__connection=connection, user_id=user_pk, shown_at__isnull=False)
    return cards.select_related("call").order_by("-pk").first()


def start(connection: Connection, phone: Extension, *, base_url: str) -> str:
    """Begin it; returns why not, in words."""
    employee = Employee(extension=phone.number or phone.key, key=phone.key)
    casting = Casting(employees=[employee], clients=[CLIENT], scenarios=[Scenario.ANSWERED], lengths=LENGTHS)
    try:
        target = of_connection(connection, base_url=base_url, casting=casting)
    except (ValueError, NotImplementedError):
        return gettext("A test call can't be played to this phone: it needs the key by which the PBX knows it.")
    answer = Sender().send(target.url, Message(after=0, label="check", method="HEAD"))
    if answer.status != 200:
        said = str(answer.status) if answer.status else answer.failure
        return gettext(
            "Our own server can't reach its public address (%(said)s): no PBX can, either. Whoever set it up has to "
            "look at its name, certificate and firewall."
        ) % {"said": said}
    Thread(target=_play, args=[target], daemon=True).start()
    return ""


def _play(target: Target) -> None:
    with Player(report=Report(write=lambda line: None, quiet=True), concurrency=1) as player:
        player.add(target, target.writer.write(started_at=datetime.now(UTC)))
        player.wait()
