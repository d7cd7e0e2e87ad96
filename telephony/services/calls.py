"""Turns events into calls. The only writer of Call, CallEvent, CallLeg and Recording."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from telephony import phone
from telephony.directory import ContactCard
from telephony.events import CallEvent, EventKind, Phone, to_json
from telephony.models import Call, CallLeg, Connection, Delivery, Extension, Recording
from telephony.models import CallEvent as StoredEvent
from telephony.projection import CallState, RecordingNote, fold, knows_better
from telephony.services import binding, cards, contacts, correlation, live, notices
from telephony.services.callinfo import queue
from telephony.signals import call_changed

Find = Callable[[Phone], list[ContactCard]]
"""A contact directory's `find`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one event did to its call."""

    call: Call
    before: CallState | None
    """None if the call is new."""
    after: CallState


def apply_event(
    *, connection: Connection, event: CallEvent, delivery: Delivery | None, find: Find, call: Call | None = None
) -> Change:
    """Store the event and bring its call up to date. Needs a transaction that holds `correlation.lock_names`.

    A copy of an event that is there already changes nothing, unless it knows the time better than the stored one.
    `call` is given where it is known which one it is; it takes the event's id then, if it had none of the PBX's.
    """
    call, stored = _load(connection, event, delivery) if call is None else _known(call, event)
    event = replace(event, external_id=call.external_id, no_call_id=None)
    known = next((row for row in stored if row.fingerprint == event.fingerprint), None)
    events = [row.event() for row in stored]
    before = fold(events) if events else None
    if before is not None and known is not None and not knows_better(event, known.event()):
        return Change(call=call, before=before, after=before)
    after = fold([*events, event])
    write_state(call=call, state=after, before=before, find=find)
    if known is None:
        StoredEvent.objects.create(call=call, delivery=delivery, **_columns(event))
    else:
        StoredEvent.objects.filter(pk=known.pk).update(delivery=delivery, **_columns(event))
    heard_at = delivery.received_at if delivery else None
    ordered = binding.bind(call=call, event=event, before=before, after=after, heard_at=heard_at)
    if ordered is not None:
        after = apply_event(connection=connection, event=ordered, delivery=None, find=find, call=call).after
    return Change(call=call, before=before, after=after)


def refold(*, call: Call, find: Find) -> None:
    """Write the call anew from its stored events; a call without events is none and goes."""
    events = [row.event() for row in call.events.all()]
    if all(event.kind is EventKind.ORDERED for event in events):
        call.delete()
        return
    write_state(call=call, state=fold(events), before=None, find=find)


def write_state(*, call: Call, state: CallState, before: CallState | None, find: Find) -> None:
    """Save what the events say; rows that `before` shows to be right already are left alone."""
    if state == before and call.pk:
        return
    told = notices.told_of(call)
    for name in _STATE_COLUMNS:
        setattr(call, name, getattr(state, name))
    call.conflicts = list(state.conflicts)
    columns = [*_STATE_COLUMNS, "conflicts"]
    if before is None or before.client_raw != state.client_raw:
        columns += _look_for_contact(call, state, find)
    created = call.pk is None
    if created:
        call.save()
        queue.note_new(call=call)
    holders: set[int] | None = None
    if before is None or before.legs != state.legs or before.responsible_leg != state.responsible_leg:
        responsible, holders = _save_legs(call, state, created)
        call.responsible_id = responsible.user_id if responsible else None
        columns.append("responsible")
    if not created:
        call.save(update_fields=columns)
    elif call.responsible_id:
        call.save(update_fields=["responsible"])
    if before is None or before.recordings != state.recordings:
        _note_recordings(call, state.recordings, created)
    notices.tell_of_call(call=call, told=told)
    if before is None or before.legs != state.legs or before.status != state.status:
        live.tell_of_call(call=call, users=cards.holders(call=call) if holders is None else holders)
    transaction.on_commit(partial(_announce, call, created))


_STATE_COLUMNS = (
    "direction",
    "status",
    "client_raw",
    "client_e164",
    "our_number",
    "started_at",
    "ringing_at",
    "answered_at",
    "ended_at",
    "ring_seconds",
    "talk_seconds",
    "tracking",
)


def _load(connection: Connection, event: CallEvent, delivery: Delivery | None) -> tuple[Call, list[StoredEvent]]:
    """The event's call, perhaps unsaved, and the events that it is made of so far."""
    if event.external_id:
        of_id = {"call__connection": connection, "call__external_id": event.external_id}
        stored = list(StoredEvent.objects.filter(**of_id).select_related("call"))
        if stored:
            return stored[0].call, stored
    call = correlation.find_call(connection=connection, event=event)
    if call is not None:
        return call, list(call.events.all())
    flag = correlation.flag_of_new_call(connection=connection, event=event)
    external_id = event.external_id or correlation.anonymous_id(delivery_id=delivery.pk if delivery else 0)
    return Call(connection=connection, external_id=external_id, flag=flag), []


def _known(call: Call, event: CallEvent) -> tuple[Call, list[StoredEvent]]:
    correlation.give_id(call=call, external_id=event.external_id)
    return call, list(call.events.all())


def _columns(event: CallEvent) -> dict[str, object]:
    return {
        "fingerprint": event.fingerprint,
        "kind": event.kind,
        "occurred_at": event.occurred_at,
        "content": to_json(event),
    }


def _look_for_contact(call: Call, state: CallState, find: Find) -> list[str]:
    """Link the contact with this number, if it is exactly one, or the one that a person chose of several.

    Returns the columns to save: others link contacts too, and what they wrote meanwhile is not overwritten.
    """
    key = phone.match_key(state.client_raw)
    if key == call.client_match and call.contact_id is not None:
        return []
    number = Phone(raw=state.client_raw, e164=state.client_e164)
    call.client_match = key
    call.contact_id = contacts.the_contact(number=number, found=find(number)) if number.raw else None
    return ["client_match", "contact"]


def _save_legs(call: Call, state: CallState, created: bool) -> tuple[CallLeg | None, set[int]]:
    """Save the legs, each with the extension and user that it belongs to.

    Returns the responsible one, and the users who have a card of this call.
    """
    now = timezone.now()
    stored = [] if created else list(call.legs.all())
    earlier = {(leg.role, leg.extension_number, leg.user_key): leg for leg in stored}
    legs = []
    for position, leg in enumerate(state.legs):
        values = {name: getattr(leg, name) for name in _LEG_STATE_COLUMNS}
        row = CallLeg(call=call, position=position, extension_number=leg.extension, **values)
        # Whose phone it was when it rang stays, even if the extension is somebody else's by now.
        same = earlier.get((leg.role, leg.extension, leg.user_key))
        if same is not None:
            row.extension_id, row.user_id = same.extension_id, same.user_id
        legs.append(row)
    cards.keep_decisions(stored=stored, legs=legs)
    _assign_extensions(call, [row for row in legs if row.user_id is None])
    given = cards.decide(call=call, legs=legs, now=now)
    if len(stored) > len(legs):
        call.legs.filter(position__gte=len(legs)).delete()
    CallLeg.objects.bulk_create(
        legs, update_conflicts=True, unique_fields=["call", "position"], update_fields=_LEG_COLUMNS
    )
    holders = cards.update_cards(call=call, legs=legs, stored=stored, given=given, now=now)
    return legs[state.responsible_leg] if state.responsible_leg is not None else None, holders


_LEG_STATE_COLUMNS = (
    "role",
    "user_key",
    "rang_at",
    "answered_at",
    "ended_at",
    "status",
    "talk_seconds",
    "is_transfer",
)
_LEG_COLUMNS = [*_LEG_STATE_COLUMNS, "extension_number", "extension", "user", "card", "card_at"]


def _assign_extensions(call: Call, legs: list[CallLeg]) -> None:
    if not legs:
        return
    numbers = [leg.extension_number for leg in legs if leg.extension_number]
    keys = [leg.user_key for leg in legs if leg.user_key]
    named = Extension.objects.filter(Q(number__in=numbers) | Q(key__in=keys), connection_id=call.connection_id)
    mapped = named.select_related("user__desk_settings")  # What decides about a card comes with it.
    by_number = {extension.number: extension for extension in mapped if extension.number}
    by_key = {extension.key: extension for extension in mapped if extension.key}
    for leg in legs:
        extension = by_key.get(leg.user_key) or by_number.get(leg.extension_number)
        if extension is not None:
            leg.extension, leg.user = extension, extension.user


def _note_recordings(call: Call, notes: Sequence[RecordingNote], created: bool) -> None:
    """A new one is to be fetched, if its connection wants that; one that is known stays as it is."""
    connections = Connection.objects.filter(pk=call.connection_id)
    wanted = notes and connections.values_list("fetch_recordings", flat=True).first()
    rows = [
        Recording(
            call=call,
            position=position,
            state=Recording.State.EXPECTED if wanted else Recording.State.LINKED,
            next_try_at=timezone.now() if wanted else None,
            link=note.link,
            reference=note.reference,
            source_sha256=hashlib.sha256(f"{note.link}\n{note.reference}".encode()).hexdigest(),
        )
        for position, note in enumerate(notes)
    ]
    if not created:
        gone = call.recordings.exclude(source_sha256__in=[row.source_sha256 for row in rows])
        gone.exclude(held=True).delete()
    Recording.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["call", "source_sha256"], update_fields=["position"]
    )


def _announce(call: Call, created: bool) -> None:
    call_changed.send_robust(sender=Call, call=call, created=created)
