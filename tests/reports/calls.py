"""Calls as plain values, played through the code that folds events, and counted without it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from statistics import median_low
from typing import Any

from django.db import transaction
from hypothesis import strategies as st

from telephony.calls.apply import apply_event
from telephony.calls.contacts import Lookup
from telephony.domain.directory import EmptyDirectory
from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind, LegRole
from telephony.models import Call, Connection

MISSED = ("no_answer", "busy", "cancelled", "failed", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What really happened. `phone` rang, or called; if `also` is one, it rang as well, and somebody else answered."""

    at: datetime
    direction: Direction = Direction.INCOMING
    status: CallStatus = CallStatus.NO_ANSWER
    waited: int = 10
    talked: int = 0
    phone: str = "101"
    also: str = ""
    client: str = "+79161234567"
    tracking: str = ""


def played_calls(around: list[datetime]) -> st.SearchStrategy[list[Played]]:
    """A few calls, most of them within seconds of these moments."""
    moments = st.builds(
        lambda edge, minutes, seconds: edge + timedelta(minutes=minutes, seconds=seconds),
        st.sampled_from(around),
        st.sampled_from([-1440, -61, -60, -30, -15, 0, 0, 0, 15, 45, 60, 61, 119, 120, 1440]),
        st.sampled_from([-1, 0, 1]),
    )
    call = st.builds(
        Played,
        at=moments,
        direction=st.sampled_from([Direction.INCOMING, Direction.INCOMING, Direction.OUTGOING]),
        status=st.sampled_from([CallStatus.ANSWERED, CallStatus.NO_ANSWER, CallStatus.BUSY]),
        waited=st.integers(0, 40),
        talked=st.integers(1, 300),
        phone=st.sampled_from(["101", "102"]),
        also=st.sampled_from(["", "", "101", "102", "103"]),
        client=st.sampled_from(["+79161234567", "+79161234568"]),
        tracking=st.sampled_from(["", "yandex", "google"]),
    )
    return st.lists(call, min_size=1, max_size=8)


def phones_of(one: Played) -> set[str]:
    """Whose calls it is among."""
    return {one.phone, one.also} if one.direction is Direction.INCOMING else {one.phone}


def play(connection: Connection, calls: list[Played]) -> list[Call]:
    """The calls' events, each call's in their order."""
    return [_play(connection, str(number), one) for number, one in enumerate(calls)]


@transaction.atomic
def _play(connection: Connection, external_id: str, one: Played) -> Call:
    is_talk = one.status is CallStatus.ANSWERED
    ours = {"our_number": "74951234501", "tracking": {"utm_source": one.tracking} if one.tracking else {}}
    facts: dict[str, Any] = {"external_id": external_id, "client_raw": one.client, "client_e164": one.client}
    if one.direction is Direction.OUTGOING:
        facts["role"] = LegRole.CALLING
    end = one.at + timedelta(seconds=one.waited + (one.talked if is_talk else 0))
    first = EventKind.LEG_RINGING if one.direction is Direction.INCOMING else EventKind.CALL_STARTED
    events: list[tuple[EventKind, datetime, dict[str, Any]]] = [
        (EventKind.CALL_STARTED, one.at, ours),
        (first, one.at, {"extension": one.phone}),
        (EventKind.ENDED, end, {"status": one.status, "extension": one.phone if is_talk else ""}),
    ]
    if one.also not in ("", one.phone) and one.direction is Direction.INCOMING:
        events.insert(2, (EventKind.LEG_RINGING, one.at, {"extension": one.also}))
    if is_talk:
        answer = (EventKind.ANSWERED, one.at + timedelta(seconds=one.waited), {"extension": one.phone})
        events.insert(-1, answer)
    for number, (kind, moment, more) in enumerate(events):
        event = CallEvent(
            kind=kind,
            occurred_at=moment,
            fingerprint=f"{external_id}-{number}",
            direction=one.direction,
            **{**facts, **more},
        )
        call = apply_event(connection=connection, event=event, delivery=None, lookup=Lookup(EmptyDirectory()))
    return call


def counted(calls: list[Played], first: date, last: date, zone: tzinfo) -> dict[str, Any]:
    """Call by call, by the zone's clock."""
    of_days = [one for one in calls if first <= one.at.astimezone(zone).date() <= last]
    incoming = [one for one in of_days if one.direction is Direction.INCOMING]
    outgoing = [one for one in of_days if one.direction is Direction.OUTGOING]
    answered = [one for one in incoming if one.status is CallStatus.ANSWERED]
    missed = [one for one in incoming if one.status is not CallStatus.ANSWERED]
    reached = [one for one in outgoing if one.status is CallStatus.ANSWERED]
    return {
        "calls": len(of_days),
        "incoming": len(incoming),
        "answered": len(answered),
        "missed": len(missed),
        "outgoing": len(outgoing),
        "reached": len(reached),
        "talk_seconds": sum(one.talked for one in answered + reached),
        "median_wait": median_low(one.waited for one in answered) if answered else None,
        "quick": len([one for one in answered if one.waited <= 20]),
        "by_hour": {hour: len([1 for one in of_days if one.at.astimezone(zone).hour == hour]) for hour in range(24)},
    }
