"""Made-up days of calls, and a plain count of them for comparison."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from telephony.missed.rebuilding import rebuild
from telephony.models import Call, CallLeg, Connection, MissedItem
from telephony.reports.figures import SERVICE_SECONDS, Figures
from telephony.reports.rebuilding import differences

OUTCOMES = ("answered", "answered", "answered", "no_answer", "busy", "cancelled", "failed", "unknown")


def make_calls(connection: Connection, people: Sequence[Any], *, begin: datetime, days: int, count: int) -> None:
    """Calls at random moments, some of them at the edges of days, of few clients; and what became of the missed."""
    chance = random.Random(7)
    for number in range(count):
        at = begin + timedelta(seconds=chance.randrange(days * 86400))
        if number % 9 == 0:
            at = begin + timedelta(days=chance.randrange(days), seconds=chance.choice([-1, 0, 1]))
        status, waited, talked = chance.choice(OUTCOMES), chance.randrange(60), chance.randrange(300)
        is_talk = status == "answered"
        client = f"+7916123{chance.randrange(40):04}"
        person = chance.choice(people)
        call = Call.objects.create(
            connection=connection,
            external_id=f"made-{number}",
            direction=chance.choice(["incoming", "incoming", "outgoing", "internal"]),
            status=status,
            client_raw=client,
            client_e164=client,
            client_match=client[-10:],
            started_at=at,
            answered_at=at + timedelta(seconds=waited) if is_talk else None,
            ended_at=at + timedelta(seconds=waited + (talked if is_talk else 0)),
            ring_seconds=waited,
            talk_seconds=talked if is_talk else None,
            responsible=person,
        )
        CallLeg.objects.create(call=call, position=0, role="called", user=person, status=status)
    rebuild(days=100_000)
    assert list(differences(mend=True))


Plain = dict[str, Any]


def told(figures: Figures) -> Plain:
    """What is compared."""
    calls, clients = figures.total, figures.clients
    return {
        "incoming": calls.incoming,
        "answered": calls.answered,
        "missed": calls.missed + calls.missed_outside,
        "outgoing": calls.outgoing,
        "reached": calls.reached,
        "talk_seconds": calls.talk_seconds,
        "quickly": figures.answered_quickly,
        "clients": clients.missed,
        "returned": clients.returned,
        "waiting": clients.waiting,
    }


def counted(begin: datetime, end: datetime, users: set[int] | None = None) -> Plain:
    """The same, call by call; with `users` only of calls with a leg of theirs."""
    calls = [call for call in Call.objects.all() if begin <= call.started_at < end]
    if users is not None:
        calls = [call for call in calls if {leg.user_id for leg in call.legs.all()} & users]
    incoming = [call for call in calls if call.direction == "incoming"]
    answered = [call for call in incoming if call.status == "answered"]
    outgoing = [call for call in calls if call.direction == "outgoing"]
    items = [item for item in MissedItem.objects.all() if begin <= item.first_at < end]
    if users is not None:
        items = [item for item in items if item.first_call_id in {call.pk for call in calls}]
    return {
        "incoming": len(incoming),
        "answered": len(answered),
        "missed": len([call for call in incoming if call.is_missed]),
        "outgoing": len(outgoing),
        "reached": len([call for call in outgoing if call.status == "answered"]),
        "talk_seconds": sum(call.talk_seconds or 0 for call in calls if call.status == "answered"),
        "quickly": len([call for call in answered if (call.ring_seconds or 0) <= SERVICE_SECONDS]),
        "clients": len(items),
        "returned": len([item for item in items if item.state == "returned"]),
        "waiting": len([item for item in items if item.state not in ("returned", "closed")]),
    }
