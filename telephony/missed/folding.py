"""Keeps items what the calls say: in the transaction that saves a call, and whenever calls find another owner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import transaction

from telephony import conf
from telephony.calls import locks
from telephony.calls.change import Change
from telephony.calls.loading import Told
from telephony.database.together import Question
from telephony.database.writing import Writes
from telephony.domain.events import OPEN, CallEvent, CallStatus, Direction, EventKind, Phone
from telephony.domain.missed import Part, number_key
from telephony.missed import assigning, clients, rows
from telephony.missed.heard import Heard, heard
from telephony.models import Connection, MissedItem

PATIENCE_MS = 1000
"""A PBX waits for the answer: what takes longer is a worker's turn."""


def locks_client(connection: Connection, event: CallEvent) -> Iterator[locks.Name | locks.Found]:
    """Of a call that seems to be over. Most of them were answered, and it is only to be seen that nobody waits.

    Then the number is enough: whoever has an item of the contact's other number looks at this number, too, which stands
    in the call's row already.
    """
    if event.kind is EventKind.ENDED and (key := _key_of(event)):
        yield from clients.names([key], ())
        if _says_missed(event):
            yield clients.contact_of_call(_of_call(connection.pk, event, key))


def asks(told: Told) -> Iterator[Question]:
    """Whether the client, or the call's contact, was ever missed; and all about them, if they seem to be now."""
    event = told.event
    if not told.is_locked or event.kind is not EventKind.ENDED or not (key := _key_of(event)):
        return
    of_call = _of_call(told.connection.pk, event, key)
    if _says_missed(event):
        yield from clients.asks_of_call(of_call)
        yield from assigning.asks(event)
    else:
        yield clients.any_of_call(of_call)


def keep_missed(change: Change) -> list[MissedItem]:
    """Bring the items of the call's client up to date, where the call says something else than before; returns those
    that changed. Part of a follower (cards/waiting.py)."""
    if _goes_on(change):
        return []
    call, ghost = change.call, conf.ghost_talk_seconds()
    now, before = heard(call), _before(change)
    was = before.call.part(ghost) if before is not None and before.key else None
    part = now.call.part(ghost) if now.key else None
    if was is None and part is None:
        return []
    if before == now and not change.differs("legs", "responsible_leg"):
        return []  # Else whose phone rang, or who talked, is new: `before` knows only who is responsible now.
    keys = {one.key for one in (before, now) if one is not None and one.key}
    contacts = {pk for pk in (call.contact_id, change.former_contact) if pk is not None}
    of_call = _of_whom_was_asked(change, keys, contacts)
    if Part.MISSED not in (was, part) and _nobody_waits(change, of_call, keys, contacts):
        return []
    current = rows.Current(pk=call.pk, legs=change.all_legs(), says_answered=_says_answered(change))
    found = clients.together(
        keys=keys,
        contacts=contacts,
        patience_ms=PATIENCE_MS,
        current=now,
        besides=[*assigning.asks(call)],
        asked=clients.asked_of_call(of_call, change.answers) if of_call is not None else None,
    )
    return rows.write(change.writes, found=found, current=current)


def _of_whom_was_asked(change: Change, keys: set[str], contacts: set[int]) -> clients.OfCall | None:
    """With the call (`asks`), if that is all of these."""
    event = change.event
    if event is None or keys != {_key_of(event)} or not contacts <= {change.former_contact}:
        return None
    return _of_call(change.call.connection_id, event, *keys)


def _nobody_waits(change: Change, of_call: clients.OfCall | None, keys: set[str], contacts: set[int]) -> bool:
    """They talked, and were never missed."""
    if of_call is not None:
        question = clients.any_of_call(of_call)
        if change.answers.know([question]):
            return not change.answers.of(question)
    with locks.waiting():
        ahead = locks.taking(names=clients.names(keys, contacts), patience_ms=PATIENCE_MS)
        return not clients.has_items(keys=keys, contacts=contacts, ahead=ahead)


def _says_answered(change: Change) -> bool | None:
    """Whether a message says that somebody answered; None if that has to be looked up."""
    if change.events is None:
        return None
    events = [*change.events, change.event] if change.event is not None else change.events
    return any(event.status is CallStatus.ANSWERED for event in events)


def _says_missed(event: CallEvent) -> bool:
    """Of the end of a call; what it was is known when all its events are."""
    return event.direction is not Direction.OUTGOING and event.status not in (None, CallStatus.ANSWERED)


def _of_call(connection: int, event: CallEvent, key: str) -> clients.OfCall:
    return {"connection": connection, "id": event.external_id, "keys": (key,)}


def _key_of(event: CallEvent) -> str:
    return number_key(raw=event.client_raw, e164=event.client_e164)


def refold_number(number: Phone, former: int | None = None) -> None:
    """The calls of this number are somebody else's than before: than this contact's, if it had one."""
    key = number_key(raw=number.raw, e164=number.e164)
    if key:
        refold(keys=[key], contacts=[former] if former is not None else [])


def refold_contact(*, contact_pk: int) -> None:
    """The contact has other calls than before: another one was merged into it."""
    refold(keys=(), contacts=[contact_pk])


def keys_of_contact(contact_pk: int) -> set[str]:
    """The numbers of all that is open or over of this contact; to be folded anew when the contact is gone."""
    if not clients.has_items(keys=(), contacts=[contact_pk]):
        return set()
    return clients.keys_of_contacts({contact_pk})


@transaction.atomic
def refold(*, keys: Iterable[str], contacts: Iterable[int]) -> list[MissedItem]:
    """Fold the items of these clients anew; returns those that changed."""
    writes = Writes()
    found = clients.together(keys=keys, contacts=contacts, patience_ms=locks.PATIENCE_OF_WORKER_MS)
    changed = rows.write(writes, found=found)
    writes.write()
    return changed


def _goes_on(change: Change) -> bool:
    """It did until now, and does: nobody was missed, nor returned a call."""
    was = change.stored.get("status", CallStatus.RINGING)
    return change.call.is_open and was in OPEN


def _before(change: Change) -> Heard | None:
    """The call as its row was until now."""
    if not change.stored:
        return None
    return heard(change.call, **change.stored, contact_id=change.former_contact)


def lock_client(*, keys: Iterable[str], contacts: Iterable[int]) -> None:
    """One at a time decides about a client. Needs a transaction; raises CallBusy."""
    if names := clients.names(keys, contacts):
        locks.take(names=names, patience_ms=locks.PATIENCE_OF_WORKER_MS)
