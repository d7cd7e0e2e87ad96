"""Turns events into calls. The only writer of Call, CallEvent and CallLeg; what else hangs on a call are followers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from django.db import transaction

from telephony.calls import legs, locate
from telephony.calls.change import Change, followers
from telephony.calls.contacts import Find, link
from telephony.calls.keeping import delete_untold
from telephony.database import writing
from telephony.database.reading import Given, Prepared
from telephony.database.writing import Writes
from telephony.domain.events import CallEvent, CallStatus, EventKind, Phone, from_json, to_json
from telephony.domain.fold import CallState, fold, knows_better, repeats_a_ring
from telephony.log_context import about_call
from telephony.models import Call, Connection, Delivery
from telephony.models import CallEvent as StoredEvent
from telephony.signals import call_changed

Stored = dict[int, CallEvent]
"""A call's events by the keys of their rows."""
MANY = 100
"""Of a call with more events than this the latest ones are looked at first: most are rings that change nothing."""

_LATEST_OF_ID = Prepared(
    lambda: (
        StoredEvent.objects.filter(call__connection_id=Given("connection"), call__external_id=Given("id"))
        .select_related("call")
        .order_by("-occurred_at", "-pk")[: MANY + 1]
    )
)
_OF_CALL = Prepared(lambda: StoredEvent.objects.filter(call_id=Given("call")).values_list("pk", "content"))

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
    "end_reason",
    "end_reason_said",
    "tracking",
    "conflicts",
    "is_test",
)


def apply_event(
    *, connection: Connection, event: CallEvent, delivery: Delivery | None, find: Find, call: Call | None = None
) -> Call:
    """Store the event and bring its call up to date. Needs a transaction that holds `locate.lock_names`.

    A copy of an event that is there already changes nothing, unless it knows the time better than the stored one.
    `call` is given where it is known which one it is; it takes the event's id then, if it had none of the PBX's.
    """
    writes = Writes()
    call = add_event(writes, connection=connection, event=event, delivery=delivery, find=find, call=call)
    writes.write()
    return call


def add_event(
    writes: Writes,
    *,
    connection: Connection,
    event: CallEvent,
    delivery: Delivery | None,
    find: Find,
    call: Call | None = None,
) -> Call:
    """As `apply_event`, but what is to be written at last is left to the caller, who has more to write with it."""
    call, stored = _load(writes, connection, event, delivery) if call is None else _known(call, event)
    if stored is None:
        return call
    call.connection = connection  # It is known: nobody has to look it up.
    event = replace(event, external_id=call.external_id, no_call_id=None)
    known = next((pk for pk, other in stored.items() if other.fingerprint == event.fingerprint), None)
    events = list(stored.values())
    before = fold(events) if events else None
    heard_at = delivery.received_at if delivery else None
    if before is not None and known is not None and not knows_better(event, stored[known]):
        return call
    change = _prepared(call, before=before, after=fold([*events, event]), event=event, heard_at=heard_at, writes=writes)
    told = _save(change, find)
    _store(writes, call, event, delivery, known)
    for more in told:
        writes.write()
        add_event(writes, connection=connection, event=more, delivery=None, find=find, call=call)
    return call


def refold(*, call: Call, find: Find) -> None:
    """Write the call anew from its stored events; a call without events is none and goes.

    Raises `CallIsKept` if something would go with it that cannot be brought back.
    """
    events = list(_stored(call).values())
    if all(event.kind is EventKind.ORDERED for event in events):
        delete_untold(call=call)
        return
    writes = Writes()
    _save(_prepared(call, before=None, after=fold(events), event=None, heard_at=None, writes=writes), find)
    writes.write()


def _load(
    writes: Writes, connection: Connection, event: CallEvent, delivery: Delivery | None
) -> tuple[Call, Stored | None]:
    """The event's call, perhaps unsaved, and the events that it is made of so far; None if nothing is left to do."""
    if event.external_id:
        latest = _LATEST_OF_ID.rows(connection=connection.pk, id=event.external_id)
        if len(latest) > MANY:
            call = latest[0].call
            return call, None if _is_done(writes, call, event, latest, delivery) else _stored(call)
        if latest:
            return latest[0].call, {row.pk: row.event() for row in latest}
    call_found = locate.find_call(connection=connection, event=event)
    if call_found is not None:
        return call_found, _stored(call_found)
    flag = locate.flag_of_new_call(connection=connection, event=event)
    external_id = event.external_id or locate.anonymous_id(delivery_id=delivery.pk if delivery else 0)
    return Call(connection=connection, external_id=external_id, flag=flag), {}


def _is_done(
    writes: Writes, call: Call, event: CallEvent, latest: list[StoredEvent], delivery: Delivery | None
) -> bool:
    """Whether nothing is left to do, as the latest of many events tell: this one is a copy, or a ring that was told
    before, which is stored here."""
    event = replace(event, external_id=call.external_id, no_call_id=None)
    known = StoredEvent.objects.filter(call=call, fingerprint=event.fingerprint).first()
    if known is not None:
        return not knows_better(event, known.event())
    if call.status != CallStatus.RINGING or not repeats_a_ring(event, [row.event() for row in latest]):
        return False
    _store(writes, call, event, delivery)
    return True


def _known(call: Call, event: CallEvent) -> tuple[Call, Stored | None]:
    locate.give_id(call=call, external_id=event.external_id)
    return call, _stored(call)


def _stored(call: Call) -> Stored:
    return {pk: from_json(content) for pk, content in _OF_CALL.rows(call=call.pk)}


def _store(writes: Writes, call: Call, event: CallEvent, delivery: Delivery | None, known: int | None = None) -> None:
    """The event's row; in the place of this one, which is a copy that knew its time less well."""
    columns = {
        "delivery_id": delivery.pk if delivery else None,
        "fingerprint": event.fingerprint,
        "kind": event.kind,
        "occurred_at": event.occurred_at,
        "content": to_json(event),
    }
    if known is None:
        writes.insert(StoredEvent(call=call, **columns))
    else:
        writes.update(StoredEvent, {"id": known}, columns)


def _prepared(
    call: Call,
    *,
    before: CallState | None,
    after: CallState,
    event: CallEvent | None,
    heard_at: datetime | None,
    writes: Writes,
) -> Change:
    """The change, before anything of it is written."""
    is_new = call.pk is None
    stored = {} if is_new else {name: getattr(call, name) for name in _STATE_COLUMNS}
    change = Change(
        call=call,
        before=before,
        after=after,
        event=event,
        heard_at=heard_at,
        is_new=is_new,
        stored=stored,
        former_contact=call.contact_id,
        writes=writes,
    )
    if not change.differs("legs", "responsible_leg"):
        return change
    stored_legs = () if is_new else legs.stored(call=call)
    rows = legs.rows_of(call=call, state=after, stored=stored_legs)
    return replace(change, stored_legs=stored_legs, legs=tuple(rows))


def _save(change: Change, find: Find) -> list[CallEvent]:
    """Have the call and its legs written, and what followers want written with them; returns what they tell of it.

    A new call is a row at once: all others name it.
    """
    call, after = change.call, change.after
    columns = []
    if after != change.before:
        columns = _set_columns(change, find)
        if change.is_new:
            writing.insert(call)
    about_call(call.pk)
    told = [event for follow in followers(is_test=after.is_test) if (event := follow(change)) is not None]
    if change.legs is not None:
        legs.write(writes=change.writes, call=call, legs=change.legs, stored=change.stored_legs)
    if columns and not change.is_new:
        change.writes.update(Call, {"id": call.pk}, {name: getattr(call, name) for name in columns})
    if after != change.before and not after.is_test:
        transaction.on_commit(partial(_announce, call, change.is_new))
    return told


def _set_columns(change: Change, find: Find) -> list[str]:
    """Give the call what the events say of it; returns the columns to save."""
    call, after = change.call, change.after
    for name in _STATE_COLUMNS:
        setattr(call, name, getattr(after, name))
    call.conflicts = list(after.conflicts)
    columns = [*_STATE_COLUMNS]
    if change.differs("client_raw"):
        columns += link(call, Phone(raw=after.client_raw, e164=after.client_e164), find)
    if change.legs is not None:
        responsible = change.legs[after.responsible_leg] if after.responsible_leg is not None else None
        call.responsible_id = responsible.user_id if responsible else None
        columns.append("responsible_id")
    return columns


def _announce(call: Call, created: bool) -> None:
    call_changed.send_robust(sender=Call, call=call, created=created)
