"""Turns events into calls. The only writer of Call, CallEvent and CallLeg; what else hangs on a call are followers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.db import transaction

from telephony.calls import legs, ringing
from telephony.calls.change import STATE_COLUMNS, Change, followers
from telephony.calls.contacts import Lookup, link
from telephony.calls.keeping import delete_untold
from telephony.calls.loading import Loaded, load, load_known, stored_events
from telephony.database import writing
from telephony.database.cursors import Sent
from telephony.database.instances import new_row
from telephony.database.together import Answers
from telephony.database.writing import Writes
from telephony.domain.events import CallEvent, EventKind, Phone, to_json
from telephony.domain.fold import CallState, fold, knows_better
from telephony.log_context import about_call
from telephony.models import Call, CallLeg, Connection, Delivery
from telephony.models import CallEvent as StoredEvent
from telephony.signals import call_changed


def apply_event(
    *, connection: Connection, event: CallEvent, delivery: Delivery | None, lookup: Lookup, call: Call | None = None
) -> Call:
    """Store the event and bring its call up to date. Needs a transaction that holds `locate.lock_names`.

    A copy of an event that is there already changes nothing, unless it knows the time better than the stored one.
    `call` is given where it is known which one it is; it takes the event's id then, if it had none of the PBX's.
    """
    writes = Writes()
    call = add_event(writes, connection=connection, event=event, delivery=delivery, lookup=lookup, call=call)
    writes.write()
    return call


def add_event(
    writes: Writes,
    *,
    connection: Connection,
    event: CallEvent,
    delivery: Delivery | None,
    lookup: Lookup,
    call: Call | None = None,
    ahead: Sequence[Sent] = (),
) -> Call:
    """As `apply_event`, but what is to be written at last is left to the caller, who has more to write with it.

    `ahead`: what takes the locks (`locks.taking`), if they are not held yet.
    """
    loaded = load(connection, event, delivery, ahead) if call is None else load_known(call, event)
    call, stored = loaded.call, loaded.stored
    if loaded.is_done:
        return call
    call.connection = connection  # It is known: nobody has to look it up.
    event = _of_call(event, call)
    known = next((pk for pk, other in stored.items() if other.fingerprint == event.fingerprint), None)
    if known is not None and not knows_better(event, stored[known]):
        return call
    before, after = _states(loaded, event)
    heard_at = delivery.received_at if delivery else None
    change = _prepared(loaded, before=before, after=after, event=event, heard_at=heard_at, writes=writes)
    told = _save(change, lookup)
    _store(writes, call, event, delivery, known)
    for more in told:
        writes.write()
        add_event(writes, connection=connection, event=more, delivery=None, lookup=lookup, call=call)
    return call


def refold(*, call: Call, lookup: Lookup) -> None:
    """Write the call anew from its stored events; a call without events is none and goes.

    Raises `CallIsKept` if something would go with it that cannot be brought back.
    """
    stored = stored_events(call)
    events = list(stored.values())
    if all(event.kind is EventKind.ORDERED for event in events):
        delete_untold(call=call)
        return
    writes = Writes()
    loaded = Loaded(call=call, stored=stored, answers=Answers())
    change = _prepared(loaded, before=None, after=fold(events), event=None, heard_at=None, writes=writes)
    _save(change, lookup)
    writes.write()


def _of_call(event: CallEvent, call: Call) -> CallEvent:
    """The event with its call's id, whatever it had."""
    if event.external_id == call.external_id and event.no_call_id is None:
        return event
    return replace(event, external_id=call.external_id, no_call_id=None)


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
        writes.insert(new_row(StoredEvent, call=call, **columns))
    else:
        writes.update(StoredEvent, {"id": known}, columns)


def _states(loaded: Loaded, event: CallEvent) -> tuple[CallState | None, CallState]:
    """What the call is without this event, and with it."""
    if loaded.turn is not None:
        return ringing.states(loaded.call, loaded.turn)
    events = list(loaded.stored.values())
    return fold(events) if events else None, fold([*events, event])


def _prepared(
    loaded: Loaded,
    *,
    before: CallState | None,
    after: CallState,
    event: CallEvent | None,
    heard_at: datetime | None,
    writes: Writes,
) -> Change:
    """The change, before anything of it is written."""
    call = loaded.call
    is_new = call.pk is None
    stored = {} if is_new else {name: getattr(call, name) for name in STATE_COLUMNS}
    stored_legs, its_legs = _legs(loaded, before, after)
    return Change(
        call=call,
        before=before,
        after=after,
        event=event,
        events=tuple(loaded.stored.values()) if loaded.turn is None else None,
        heard_at=heard_at,
        is_new=is_new,
        stored=stored,
        former_contact=call.contact_id,
        stored_legs=stored_legs,
        legs=its_legs,
        writes=writes,
        answers=loaded.answers,
    )


def _legs(
    loaded: Loaded, before: CallState | None, after: CallState
) -> tuple[tuple[CallLeg, ...], tuple[CallLeg, ...] | None]:
    """The legs as they are in the database, and as they will be; nothing if they stay as they are."""
    call, answers, turn = loaded.call, loaded.answers, loaded.turn
    if before is not None and (before.legs, before.responsible_leg) == (after.legs, after.responsible_leg):
        return (), None
    if turn is not None:
        return turn.stored_legs, turn.legs
    stored = () if call.pk is None else legs.stored(call=call, answers=answers)
    return stored, tuple(legs.rows_of(call=call, state=after, stored=stored, answers=answers))


def _save(change: Change, lookup: Lookup) -> list[CallEvent]:
    """Have the call and its legs written, and what followers want written with them; returns what they tell of it.

    A new call has its key from here on.
    """
    call, after = change.call, change.after
    columns = []
    if after != change.before:
        columns = _set_columns(change, lookup)
        if change.is_new:
            _begin(change)
    about_call(call.pk)
    told = [event for follow in followers(is_test=after.is_test) if (event := follow(change)) is not None]
    if change.legs is not None:
        legs.write(writes=change.writes, call=call, legs=change.legs, stored=change.stored_legs)
    if columns and not change.is_new:
        change.writes.update(Call, {"id": call.pk}, {name: getattr(call, name) for name in columns})
    if after != change.before and not after.is_test:
        transaction.on_commit(partial(_announce, call, change.is_new))
    return told


def _begin(change: Change) -> None:
    """The row of a new call: written with the rest if its key is known already, else at once, because all others name
    it."""
    key = change.answers.key_for(Call)
    if key is None:
        writing.insert(change.call)
    else:
        change.call.pk = key
        change.writes.insert_with_key(change.call)


def _set_columns(change: Change, lookup: Lookup) -> list[str]:
    """Give the call what the events say of it; returns the columns to save."""
    call, after = change.call, change.after
    for name in STATE_COLUMNS:
        setattr(call, name, getattr(after, name))
    call.conflicts = list(after.conflicts)
    columns = [*STATE_COLUMNS]
    if change.differs("client_raw"):
        columns += link(call, Phone(raw=after.client_raw, e164=after.client_e164), lookup, change.answers)
    if change.legs is not None:
        responsible = change.legs[after.responsible_leg] if after.responsible_leg is not None else None
        call.responsible_id = responsible.user_id if responsible else None
        columns.append("responsible_id")
    return columns


def _announce(call: Call, created: bool) -> None:
    call_changed.send_robust(sender=Call, call=call, created=created)
