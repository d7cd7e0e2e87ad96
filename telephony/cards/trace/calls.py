"""The trace of one call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from telephony.cards.trace.people import Heard, person_steps
from telephony.cards.trace.steps import OK, STOP, WAIT, CallTrace, PersonTrace, Reader, Step, clock
from telephony.cards.trace.verdict import verdict
from telephony.domain.events import CallEvent, Direction, EventKind, LegRole
from telephony.models import Call, CallLeg, Card, CardDecision, Connection, Delivery
from telephony.models import CallEvent as StoredEvent
from telephony.privacy import user_keys
from telephony.ui import presentation
from telephony.vendors import installed

NEAR = timedelta(minutes=5)
Pair = tuple[StoredEvent, CallEvent]


def trace_of(call: Call, user: Any) -> CallTrace:
    """How the call came to people's screens, or why it did not, as `user` may read it."""
    reader = Reader(user)
    rows = list(call.events.select_related("delivery").defer("delivery__query", "delivery__body"))
    events = [(row, row.event()) for row in rows]
    legs = list(call.legs.select_related("user", "extension"))
    steps = [_received(events, reader), *_read(call, reader), *_stopped_for_all(call, events, legs, reader)]
    cards = {card.user_id: card for card in Card.objects.filter(call=call)}
    seen = reader.sees_calls_of(leg.user_id for leg in legs if leg.user_id)
    people = []
    for leg in _concerned(legs):
        if leg.user_id is not None and leg.user_id not in seen:
            continue  # When their pages were open, and what they switched off, is their own and their chief's affair.
        heard, card = _heard(leg, events), cards.get(leg.user_id) if leg.user_id else None
        steps_of_person = person_steps(call, leg, legs, heard=heard, card=card, reader=reader)
        in_short = verdict(leg, legs, card, steps_of_person)
        people.append(PersonTrace(name=_name(leg), steps=steps_of_person, verdict=in_short))
    return CallTrace(steps=steps, people=people)


def _received(events: Sequence[Pair], reader: Reader) -> Step:
    deliveries = {row.delivery.pk: row.delivery for row, _event in events if row.delivery is not None}
    if not deliveries:
        text = _("Nothing that the PBX sent of this call is kept any more.")
        return Step(kind=WAIT, code="forgotten", text=text)
    first = min(deliveries.values(), key=lambda delivery: (delivery.received_at, delivery.pk))
    text = _("Received: the PBX's first message came at %(time)s, and %(count)d in all.")
    url = reader.change(first)
    count = len(deliveries)
    text %= {"time": clock(first.received_at), "count": count}
    return Step(kind=OK, code="received", text=text, url=url, link=_("First message") if url else "")


def _read(call: Call, reader: Reader) -> list[Step]:
    names = {"connection": call.connection.name, "vendor": _vendor(call.connection)}
    url = reader.change(call.connection)
    steps = [
        Step(
            kind=OK,
            code="recognised",
            text=_("Recognised: it is “%(connection)s” (%(vendor)s).") % names,
            url=url,
            link=_("Connection") if url else "",
        )
    ]
    facts = {
        "direction": presentation.DIRECTIONS[call.direction][1],
        "number": call.client_e164 or call.client_raw or _("a hidden number"),
    }
    steps.append(Step(kind=OK, code="parsed", text=_("Read: %(direction)s call, %(number)s.") % facts))
    if (unread := _unread_near(call)) and reader.sees_all_calls():
        text = _(
            "%(count)d messages of this PBX within these minutes could not be read, or are not processed yet:"
            " one of them may have told of a phone."
        )
        url = reader.change(unread[0])
        steps.append(
            Step(
                kind=WAIT,
                code="unread_near",
                text=text % {"count": len(unread)},
                url=url,
                link=_("Message") if url else "",
            )
        )
    return steps


def _unread_near(call: Call) -> list[Delivery]:
    until = (call.ended_at or call.started_at) + NEAR
    states = [Delivery.State.FAILED, Delivery.State.RECEIVED, Delivery.State.REFUSED]
    near = Delivery.objects.filter(connection=call.connection_id, received_at__range=(call.started_at - NEAR, until))
    return list(near.filter(state__in=states).defer("query", "body")[:100])


def _stopped_for_all(call: Call, events: Sequence[Pair], legs: Sequence[CallLeg], reader: Reader) -> list[Step]:
    if call.direction == Direction.INTERNAL:
        text = _("Colleagues called each other: cards are for calls with clients only.")
        return [Step(kind=STOP, code="internal", text=text)]
    if legs:
        return []
    kinds = {event.kind for _row, event in events} - {EventKind.REAPED}
    url = reader.change(call.connection)
    link = _("Connection") if url else ""
    if kinds <= {EventKind.RECORDING_READY}:
        text = _("Only of a recording was told, so nobody knows whose phone rang.")
        return [Step(kind=STOP, code="only_recording", text=text)]
    if kinds <= {EventKind.ENDED, EventKind.RECORDING_READY}:
        text = _(
            "The PBX told only of the call's end, and of no phone: its other notifications are switched off "
            "there, or did not reach us. Switch on those of incoming and answered calls."
        )
        return [Step(kind=STOP, code="only_end", text=text, url=url, link=link)]
    text = _(
        "The PBX named no phone of ours, so nobody knows whose rang: nobody was called, or the PBX is set"
        " up to tell of the call but not of the internal number (or key) that rings."
    )
    return [Step(kind=STOP, code="no_phone_named", text=text, url=url, link=link)]


def _concerned(legs: Sequence[CallLeg]) -> list[CallLeg]:
    """One leg for each phone: the one whose user got a card, else the first."""
    chosen: dict[tuple[object, ...], CallLeg] = {}
    for leg in legs:
        key = (leg.user_id,) if leg.user_id else (leg.extension_number, leg.key_hash)
        if key not in chosen or leg.card == CardDecision.SHOWN:
            chosen[key] = leg
    return list(chosen.values())


def _name(leg: CallLeg) -> str:
    number = str(leg)
    name = presentation.person(leg.user)
    return f"{name} ({number})" if name and number else name or _("Phone %(number)s") % {"number": number}


def _heard(leg: CallLeg, events: Sequence[Pair]) -> Heard:
    """What the PBX told of this leg's phone."""
    about = [
        (row, event)
        for row, event in events
        if (event.extension and event.extension == leg.extension_number)
        or leg.key_hash in user_keys.possible_hashes(event.user_key)
    ]
    rings = [pair for pair in about if pair[1].kind in (EventKind.LEG_RINGING, EventKind.CALL_STARTED)]
    first = min(rings or about, key=lambda pair: (pair[0].occurred_at, pair[0].pk), default=None)
    return Heard(
        event=first[1] if first else None,
        delivery=first[0].delivery if first else None,
        rang=bool(rings),
        is_caller=leg.role == LegRole.CALLING,
    )


def _vendor(connection: Connection) -> str:
    vendor = installed().get(connection.vendor)
    return str(vendor.label) if vendor else connection.vendor
