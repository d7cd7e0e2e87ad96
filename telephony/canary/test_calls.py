"""A test call that rings the administrator's own phone: played by the simulator, over the way that messages take.

Its messages are marked (intake/canary_mark.py), so the call counts for nothing but its card, and is in no list; when it
is over it is taken away. What stays is a row that says whether the card was seen.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from telephony.cards import live
from telephony.intake.canary_mark import HEADER, mark_of_test_call
from telephony.jobs import lend_database
from telephony.models import Call, CallLeg, Card, Connection, Delivery, Extension, PlayedCall
from telephony.privacy.tracebacks import readable_traceback
from telephony.simulator.player import Player, Target
from telephony.simulator.report import Report
from telephony.simulator.scenarios import Lengths
from telephony.simulator.sender import Sender
from telephony.simulator.targets import Casting, of_connection
from telephony.vendors.simulated import Employee, Message, Scenario

log = logging.getLogger(__name__)

CLIENT = "+79990000000"
"""Whoever has it: nothing of the call stays."""
RINGING = Lengths(ring=(12, 12), talk=(3, 3), recording=(1, 1))
"""Seconds; it rings long enough to be seen."""
TALKING = Lengths(ring=(2, 2), talk=(13, 13), recording=(1, 1))
"""Of a PBX that names the phone only with the answer."""
LAST_LOOK = 3.0
"""Seconds after the end in which the browser tells that it showed the card."""
LEFT_OVER = timedelta(minutes=10)
KEPT = timedelta(days=30)


def own_phone(connection: Connection, user_pk: int) -> Extension | None:
    return connection.extensions.filter(user_id=user_pk).order_by("pk").first()


def shown_at(connection: Connection, user_pk: int) -> datetime | None:
    """When a card of a call of this connection, played or real, was last on this user's screen."""
    cards = Card.objects.filter(call__connection=connection, user_id=user_pk, shown_at__isnull=False)
    played = connection.played_calls.filter(user_id=user_pk, shown_at__isnull=False)
    newest = [rows.order_by("-pk").values_list("shown_at", flat=True).first() for rows in (cards, played)]
    return max(filter(None, newest), default=None)


def why_no_card(connection: Connection, user_pk: int) -> str:
    """What was decided about the card of the test call that goes on, if it is none; empty while nothing was."""
    legs = CallLeg.objects.filter(call__connection=connection, call__is_test=True, user_id=user_pk)
    leg = legs.exclude(card="").order_by("-pk").first()
    return str(leg.get_card_display()) if leg and not Card.objects.filter(call=leg.call_id).exists() else ""


def start(connection: Connection, phone: Extension, *, base_url: str) -> str:
    """Begin it; returns why not, in words."""
    employee = Employee(extension=phone.number or phone.key, key=phone.key)
    lengths = RINGING if connection.vendor_object.tells_rings else TALKING
    casting = Casting(employees=[employee], clients=[CLIENT], scenarios=[Scenario.ANSWERED], lengths=lengths)
    try:
        target = of_connection(connection, base_url=base_url, casting=casting)
    except (ValueError, NotImplementedError):
        return gettext("A test call can't be played to this phone: it needs the key by which the PBX knows it.")
    row = PlayedCall.objects.create(connection=connection, user_id=phone.user_id, begun_at=timezone.now())
    marked = {HEADER: mark_of_test_call(connection_id=connection.pk, played_id=row.pk)}
    if trouble := _knock(target, marked, str(row.pk)):
        row.delete()
        return trouble
    Thread(target=_play, args=[row, replace(target, headers=marked)], daemon=True).start()
    return ""


def sweep(*, now: datetime | None = None) -> int:
    """Take away calls whose player's process ended before, and forget old rows; returns how many calls."""
    now = now or timezone.now()
    left = list(Call.objects.filter(is_test=True, started_at__lt=now - LEFT_OVER).select_related("connection"))
    for call in left:
        _take_away(call)
    PlayedCall.objects.filter(begun_at__lt=now - KEPT, shown_at=None).delete()
    return len(left)


def _knock(target: Target, marked: dict[str, str], number: str) -> str:
    """Whether the address is right, and the mark arrives; before that nothing is sent: it would be a real call."""
    sender = Sender()
    answer = sender.send(target.url, Message(after=0, label="check", method="HEAD", headers=marked))
    sender.close()
    if answer.status != 200:
        said = str(answer.status) if answer.status else answer.failure
        return gettext(
            "Our own server can't reach its public address (%(said)s): no PBX can, either. Whoever set it up has to "
            "look at its name, certificate and firewall."
        ) % {"said": said}
    if answer.headers.get(HEADER.lower()) != number:
        return gettext(
            "A proxy in front of our server removes the header X-Canary-Call, so the test call would count as a real "
            "one, and none was made. Whoever set it up has to let this header pass."
        )
    return ""


def _play(row: PlayedCall, target: Target) -> None:
    try:
        with Player(report=Report(write=lambda line: None, quiet=True), concurrency=1) as player:
            player.add(target, target.writer.write(started_at=datetime.now(UTC)))
            player.wait()
        time.sleep(LAST_LOOK)
        for call in Call.objects.filter(connection=row.connection, is_test=True).select_related("connection"):
            row.shown_at = row.shown_at or _seen(call, row.user_id)
            _take_away(call)
        row.ended_at = timezone.now()
        row.save(update_fields=["shown_at", "ended_at"])
    except Exception as error:
        told = readable_traceback(error, row.connection.without_secrets)
        log.error("A test call was not played to its end:\n%s", told)
    finally:
        lend_database()


def _seen(call: Call, user_pk: int) -> datetime | None:
    return Card.objects.filter(call=call, user_id=user_pk).values_list("shown_at", flat=True).first()


@transaction.atomic
def _take_away(call: Call) -> None:
    """With its messages, those that told nothing of it, too."""
    users = list(Card.objects.filter(call=call).values_list("user_id", flat=True))
    near = Delivery.objects.filter(connection=call.connection, received_at__gte=call.started_at - LEFT_OVER)
    marked = near.filter(received_at__lte=call.started_at + LEFT_OVER, headers__has_key=HEADER.lower())
    live.publish(users=users, content={"call": call.pk})
    call.delete()
    marked.delete()
