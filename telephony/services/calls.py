"""Turns events into calls. The only writer of Call, CallEvent, CallLeg and Recording."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from telephony import phone
from telephony.directory import ContactCard
from telephony.events import CallEvent, Phone, to_json
from telephony.models import Call, CallLeg, Connection, Delivery, Extension, Recording
from telephony.models import CallEvent as StoredEvent
from telephony.projection import CallState, RecordingNote, fold, knows_better
from telephony.services import cards, correlation
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


def apply_event(*, connection: Connection, event: CallEvent, delivery: Delivery | None, find: Find) -> Change:
    """Store the event and bring its call up to date. Needs a transaction that holds `correlation.lock_names`.

    A copy of an event that is there already changes nothing, unless it knows the time better than the stored one.
    """
    call, stored = _load(connection, event, delivery)
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
    return Change(call=call, before=before, after=after)


def refold(*, call: Call, find: Find) -> None:
    """Write the call anew from its stored events; a call without events is none and goes."""
    events = [row.event() for row in call.events.all()]
    if not events:
        call.delete()
        return
    write_state(call=call, state=fold(events), before=None, find=find)


def write_state(*, call: Call, state: CallState, before: CallState | None, find: Find) -> None:
    """Save what the events say; rows that `before` shows to be right already are left alone."""
    if state == before and call.pk:
        return
    for name in _STATE_COLUMNS:
        setattr(call, name, getattr(state, name))
    call.conflicts = list(state.conflicts)
    columns = [*_STATE_COLUMNS, "conflicts"]
    if before is None or before.client_raw != state.client_raw:
        columns += _look_for_contact(call, state, find)
    created = call.pk is None
    if created:
        call.save()
    if before is None or before.legs != state.legs or before.responsible_leg != state.responsible_leg:
        responsible = _save_legs(call, state, created)
        call.responsible_id = responsible.user_id if responsible else None
        columns.append("responsible")
    if not created:
        call.save(update_fields=columns)
    elif call.responsible_id:
        call.save(update_fields=["responsible"])
    if before is None or before.recordings != state.recordings:
        _note_recordings(call, state.recordings, created)
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


def _columns(event: CallEvent) -> dict[str, object]:
    return {
        "fingerprint": event.fingerprint,
        "kind": event.kind,
        "occurred_at": event.occurred_at,
        "content": to_json(event),
    }


def _look_for_contact(call: Call, state: CallState, find: Find) -> list[str]:
    """Link the contact with this number, if it is exactly one: of several, a person chooses, and that stays.

    Returns the columns to save: others link contacts too, and what they wrote meanwhile is not overwritten.
    """
    key = phone.match_key(state.client_raw)
    if key == call.client_match and call.contact_id is not None:
        return []
    found = find(Phone(raw=state.client_raw, e164=state.client_e164)) if state.client_raw else []
    call.client_match = key
    call.contact_id = found[0].pk if len(found) == 1 else None
    return ["client_match", "contact"]


def _save_legs(call: Call, state: CallState, created: bool) -> CallLeg | None:
    """Save the legs, each with the extension and user that it belongs to; returns the responsible one."""
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
    _assign_extensions(call, [row for row in legs if row.user_id is None])
    if len(stored) > len(legs):
        call.legs.filter(position__gte=len(legs)).delete()
    CallLeg.objects.bulk_create(
        legs, update_conflicts=True, unique_fields=["call", "position"], update_fields=_LEG_COLUMNS
    )
    cards.update_cards(call=call, legs=legs, now=timezone.now())
    return legs[state.responsible_leg] if state.responsible_leg is not None else None


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
_LEG_COLUMNS = [*_LEG_STATE_COLUMNS, "extension_number", "extension", "user"]


def _assign_extensions(call: Call, legs: list[CallLeg]) -> None:
    if not legs:
        return
    numbers = [leg.extension_number for leg in legs if leg.extension_number]
    keys = [leg.user_key for leg in legs if leg.user_key]
    mapped = Extension.objects.filter(Q(number__in=numbers) | Q(key__in=keys), connection_id=call.connection_id)
    by_number = {extension.number: extension for extension in mapped if extension.number}
    by_key = {extension.key: extension for extension in mapped if extension.key}
    for leg in legs:
        extension = by_key.get(leg.user_key) or by_number.get(leg.extension_number)
        if extension is not None:
            leg.extension, leg.user_id = extension, extension.user_id


def _note_recordings(call: Call, notes: Iterable[RecordingNote], created: bool) -> None:
    rows = [
        Recording(
            call=call,
            position=position,
            link=note.link,
            reference=note.reference,
            source_sha256=hashlib.sha256(f"{note.link}\n{note.reference}".encode()).hexdigest(),
        )
        for position, note in enumerate(notes)
    ]
    if not created:
        call.recordings.exclude(source_sha256__in=[row.source_sha256 for row in rows]).delete()
    Recording.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["call", "source_sha256"], update_fields=["position"]
    )


def _announce(call: Call, created: bool) -> None:
    call_changed.send_robust(sender=Call, call=call, created=created)
