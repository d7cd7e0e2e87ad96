"""Clients who wait at this moment, and those who gave up lately, with where they are or were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from telephony.calls import access
from telephony.domain import missed
from telephony.domain.events import MISSED, CallStatus, Direction
from telephony.models import Call, CallLeg, MissedPlace
from telephony.ui import presentation
from telephony.ui.lines import Lines
from telephony.ui.markup import change_url

GAVE_UP_WITHIN = timedelta(hours=1)
LONGEST_CALL = timedelta(hours=3)
"""Calls that began before that are not looked at: there is no index over their ends."""
MOST_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A client whom nobody talks with."""

    client: str
    number: str
    url: str
    since: datetime
    place: str
    """A MissedPlace; UNKNOWN: at our number, and nothing more is told."""
    phones: str
    """Whose phones ring."""
    line: str

    @property
    def where(self) -> str:
        return str(MissedPlace(self.place).label)


@dataclass(frozen=True, slots=True, kw_only=True)
class GaveUp:
    client: str
    number: str
    url: str
    at: datetime
    waited: str
    where: str
    line: str


def waiting_in(call: Call, lines: Lines) -> Waiting | None:
    """None for an open call whose client talks, or that no client began. Needs the call's legs with their users."""
    legs = list(call.legs.all())
    if call.direction != Direction.INCOMING or any(leg.status == CallStatus.TALKING for leg in legs):
        return None
    ringing = [leg for leg in legs if leg.status == CallStatus.RINGING]
    if call.status == CallStatus.TALKING and not ringing and not any(leg.answered_at for leg in legs):
        return None  # Somebody talks, and the PBX does not tell who.
    return Waiting(
        client=presentation.client_name(call),
        number=presentation.shown_number(call) if call.contact is not None else "",
        url=change_url(call),
        since=_since(call, legs),
        place=_place(call, ringing, legs),
        phones=", ".join(presentation.person(leg.user) or str(leg) for leg in ringing),
        line=lines.name(call),
    )


def gave_up_lately(user: Any, now: datetime, lines: Lines) -> tuple[int, list[GaveUp]]:
    """How many clients' calls of the last hour nobody took, of those that this user may see; and the latest of them."""
    calls = Call.objects.filter(
        direction=Direction.INCOMING,
        status__in=MISSED,
        started_at__gt=now - LONGEST_CALL,
        ended_at__gt=now - GAVE_UP_WITHIN,
    )
    found = access.visible_calls(user, calls).order_by("-started_at", "-pk")
    latest = list(found.select_related("connection", "contact").prefetch_related("legs")[: MOST_SHOWN + 1])
    count = len(latest) if len(latest) <= MOST_SHOWN else found.count()
    return count, [_gave_up(call, lines) for call in latest[:MOST_SHOWN]]


def _gave_up(call: Call, lines: Lines) -> GaveUp:
    place = missed.gave_up_in(
        greeted=call.answered_at is not None,
        ended_at=call.ended_at,
        legs_ended_at=[leg.ended_at for leg in call.legs.all()],
    )
    return GaveUp(
        client=presentation.client_name(call),
        number=presentation.shown_number(call) if call.contact is not None else "",
        url=change_url(call),
        at=call.ended_at or call.started_at,
        waited=presentation.length(call.ring_seconds),
        where="" if place == missed.Place.UNKNOWN else str(MissedPlace(place).label),
        line=lines.name(call),
    )


def _place(call: Call, ringing: Sequence[CallLeg], legs: Sequence[CallLeg]) -> str:
    if ringing:
        return missed.Place.RINGING
    if legs:
        return missed.Place.QUEUE
    return missed.Place.GREETING if call.answered_at is not None else missed.Place.UNKNOWN


def _since(call: Call, legs: Sequence[CallLeg]) -> datetime:
    """Who was talked with waits since the last talk ended."""
    talks_ended = [leg.ended_at for leg in legs if leg.answered_at and leg.ended_at]
    return max([call.started_at, *talks_ended])
