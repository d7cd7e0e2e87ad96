"""What is known of a call before an event changes it: found, and read in as few questions as possible."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.module_loading import import_string

from telephony.calls import adopting, contacts, legs, locate, locks, ringing
from telephony.calls.of_id import OF_ID, is_of_id
from telephony.calls.ringing import Turn
from telephony.database import cursors
from telephony.database.cursors import Sent
from telephony.database.instances import new_row
from telephony.database.reading import Given, Prepared
from telephony.database.together import Answers, Question
from telephony.domain.events import CallEvent, EventKind, from_json
from telephony.domain.fold import knows_better
from telephony.models import Call, Connection, Delivery
from telephony.models import CallEvent as StoredEvent

Stored = dict[int, CallEvent]
"""A call's events by the keys of their rows."""
MANY = 100
"""Of a call with more events than this the latest ones are looked at first: nearly always it is one that only rings."""
_READ = MANY + 1
_BEGINNINGS = (EventKind.CALL_STARTED, EventKind.LEG_RINGING)
"""What the first message of a call tells, if none was late: some PBXs begin with the first phone that rings."""

_LATEST_OF_ID = Prepared(
    lambda: (
        StoredEvent.objects.filter(is_of_id("call__"))
        .order_by("-occurred_at", "-pk")
        .values_list("pk", "content")[:_READ]
    )
)
_OF_CALL = Prepared(lambda: StoredEvent.objects.filter(call_id=Given("call")).values_list("pk", "content"))


@dataclass(frozen=True, slots=True)
class Told:
    """An event that comes to its call, of which nothing is known yet."""

    connection: Connection
    event: CallEvent
    heard_at: datetime | None = None
    """When the PBX's message with it came; None for what no message told."""
    is_locked: bool = False
    """What followers want locked (followers.LOCKING) is, before anything is asked."""


Asks = Callable[[Told], Iterable[Question]]
"""What a follower will most likely want to know then."""
Locks = Callable[[Connection, CallEvent], "Iterable[locks.Name | locks.Found]"]
"""What it will most likely lock. Whoever holds one of these names waits for no call's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A call and the events that it is made of so far."""

    call: Call
    """Perhaps unsaved."""
    stored: Stored
    answers: Answers
    is_done: bool = False
    """The event is a copy, and changes nothing."""
    turn: Turn | None = None
    """What it changes, of a call that rings for long; its events are not loaded then."""


def names_of_followers(connection: Connection, events: Iterable[CallEvent]) -> list[locks.Name | locks.Found]:
    """What they want locked with the calls of these events."""
    locking: Iterable[Locks] = import_string("telephony.followers.LOCKING")
    return [name for event in events for names in locking for name in names(connection, event)]


def load(connection: Connection, event: CallEvent, delivery: Delivery | None, ahead: Sequence[Sent] = ()) -> Loaded:
    """The event's call. Needs a transaction that holds `locate.lock_names`, or takes them, and `names_of_followers`, by
    these statements (`locks.taking`), which go with the first question."""
    with locks.waiting():
        heard_at = delivery.received_at if delivery else None
        answers = _asked(Told(connection, event, heard_at, is_locked=bool(ahead)), ahead)
    if event.external_id:
        of_id = {"connection": connection.pk, "id": event.external_id}
        for call in answers.rows(OF_ID, **of_id):
            latest = answers.rows(_LATEST_OF_ID, **of_id)
            if len(latest) > MANY:
                return _of_many(call, event, latest, answers)
            return Loaded(call=call, stored={pk: from_json(content) for pk, content in latest}, answers=answers)
    found = locate.find_unnamed(connection=connection, event=event, answers=answers)
    if found is not None:
        # It had another id until now, or none: what was answered of the event's id is not what is known of it.
        return Loaded(call=found, stored=stored_events(found), answers=Answers())
    flag = locate.flag_of_new_call(connection=connection, event=event)
    external_id = event.external_id or locate.anonymous_id(delivery_id=delivery.pk if delivery else 0)
    new = new_row(Call, connection=connection, external_id=external_id, flag=flag)
    return Loaded(call=new, stored={}, answers=answers)


def load_known(call: Call, event: CallEvent) -> Loaded:
    """The same where it is known which call it is."""
    adopting.give_id(call=call, external_id=event.external_id)
    return Loaded(call=call, stored=stored_events(call), answers=Answers())


def stored_events(call: Call) -> Stored:
    return {pk: from_json(content) for pk, content in _OF_CALL.rows(call=call.pk)}


def _asked(told: Told, ahead: Sequence[Sent]) -> Answers:
    """One question for all that the fold and the followers want to know of a call whose id is known."""
    connection, event = told.connection, told.event
    if not event.external_id:
        if ahead:
            cursors.run_all(ahead)
        return Answers()
    of_id = {"connection": connection.pk, "id": event.external_id}
    may_begin = event.kind in _BEGINNINGS
    questions = [Question(OF_ID, of_id, key_of=Call if may_begin else None), Question(_LATEST_OF_ID, of_id)]
    questions += [*legs.asks(connection, event), *_followers_questions("ASKING", told)]
    if not may_begin or (event.kind is EventKind.LEG_RINGING and not connection.vendor_object.begins_with_a_ring):
        return Answers(questions, ahead=ahead)
    of_new = [*adopting.asks(connection, event), *contacts.asks(event)]
    of_new += _followers_questions("ASKING_OF_NEW", told)
    return Answers(questions, of_new=of_new, ahead=ahead)


def _followers_questions(name: str, told: Told) -> Iterable[Question]:
    """Each once, whoever has it. Named by their path: nothing in `calls` imports a feature."""
    asking: Iterable[Asks] = import_string(f"telephony.followers.{name}")
    return {question.key(): question for asks in asking for question in asks(told)}.values()


def _of_many(call: Call, event: CallEvent, latest: list[tuple[int, Any]], answers: Answers) -> Loaded:
    """Mostly the latest of many events are enough to tell what this one changes."""
    event = replace(event, external_id=call.external_id, no_call_id=None)
    known = StoredEvent.objects.filter(call=call, fingerprint=event.fingerprint).first()
    if known is not None and not knows_better(event, known.event()):
        return Loaded(call=call, stored={}, answers=answers, is_done=True)
    turn = ringing.turn_of(call, event, [from_json(one) for _, one in latest], answers) if known is None else None
    return Loaded(call=call, stored={} if turn else stored_events(call), answers=answers, turn=turn)
