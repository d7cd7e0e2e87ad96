"""Whose calls belong together: all numbers of a contact are one client, any other number is one by itself.

A number is its contact's if the latest call of it is. A contact is never guessed: of a number that several have it
stands in a call only if a person chose it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce

from telephony.calls import locks
from telephony.database.cursors import Sent
from telephony.database.reading import GivenNumbers, OneOf, Prepared, Same
from telephony.database.together import Answers, Question
from telephony.domain.events import CallStatus, Direction
from telephony.domain.missed import ClientCall, number_key
from telephony.models import Call, MissedDecision, MissedItem

MOST_CALLS = 1000
"""Of a client with more calls than these latest ones the older items stay as they are."""
MOST_ROUNDS = 5
"""How many times what belongs together may turn out to be more: a contact's other number, which was another's…"""

_OF_CALL = (
    *("pk", "connection_id", "external_id", "direction", "status", "started_at", "answered_at", "ended_at"),
    *("talk_seconds", "ring_seconds", "client_raw", "client_e164", "our_number", "contact_id", "responsible_id"),
)
_columns_of = attrgetter(*_OF_CALL)
_IS_OF_THEM = Q(OneOf("client_key", "keys")) | Q(OneOf("contact_id", "contacts", of=GivenNumbers))
_ANY_ITEM = Prepared(lambda: MissedItem.objects.filter(_IS_OF_THEM).order_by().values_list("pk")[:1])
_ITEMS = Prepared(lambda: MissedItem.objects.filter(_IS_OF_THEM).order_by("pk"))
_DECISIONS = Prepared(lambda: MissedDecision.objects.filter(OneOf("client_key", "keys")))
_NUMBERS = Prepared(
    lambda: (
        Call.objects.filter(OneOf("contact_id", "contacts", of=GivenNumbers))
        .order_by()
        .values_list("client_raw", "client_e164")
        .distinct()
    )
)
_CALLS = Prepared(
    lambda: (
        Call.objects.filter(
            Q(OneOf("client_e164", "keys")) | Q(OneOf("client_match", "keys"), Same("client_e164", "unreadable")),
            direction__in=[Direction.INCOMING, Direction.OUTGOING],
        )
        # Not by the index of all calls, newest first: PostgreSQL plans this without knowing how many these are.
        .order_by(Coalesce("started_at", "started_at").desc(), "-pk")
        .values_list(*_OF_CALL)[: MOST_CALLS + 1]
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A call with what its item shows of it."""

    call: ClientCall
    key: str
    raw: str
    e164: str
    our_number: str
    contact: int | None
    responsible: int | None


@dataclass(slots=True, kw_only=True)
class Together:
    """Clients that have to be looked at at once, with their calls, and the items that they have so far."""

    calls: dict[str, list[Heard]]
    """By client: `contact:1` or the key of a number."""
    rows: list[MissedItem]
    decisions: list[MissedDecision]
    clients: dict[str, str]
    """Key of a number: client."""
    since: datetime | None = None
    """Only calls since then were looked at."""
    seen: dict[int, Heard] = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers)
    """What was asked with them."""


def heard(call: Call, **other: Any) -> Heard:
    """A call as it is in memory, but for these columns; it may not be saved yet."""
    return _heard(dict(zip(_OF_CALL, _columns_of(call), strict=True)) | other)


def together(
    *,
    keys: Iterable[str],
    contacts: Iterable[int],
    patience_ms: int,
    current: Heard | None = None,
    besides: Sequence[Question] = (),
) -> Together:
    """Everything about the clients of these numbers and contacts. `current` stands for its call's row.

    What belongs together is locked before it is read. `besides`: what else is asked with it.
    """
    wider = {key for key in keys if key}, {*contacts}
    for _round in range(MOST_ROUNDS):
        numbers, people = wider
        answers = _asked(numbers, people, besides, patience_ms)
        rows, found = answers.rows(_ITEMS, **_given(numbers, people)), _calls(numbers, current, answers)
        owners = _owners(found)
        owning = people | {row.contact_id for row in rows if row.contact_id is not None}
        wider = (
            numbers | {row.client_key for row in rows} | keys_of_contacts(owning, answers),
            owning | {pk for pk in owners.values() if pk is not None},
        )
        if wider == (numbers, people):
            break
    clients = {key: f"contact:{pk}" if (pk := owners.get(key)) is not None else key for key in numbers}
    calls: dict[str, list[Heard]] = {}
    for one in found:
        calls.setdefault(clients.get(one.key, one.key), []).append(one)
    return Together(
        calls=calls,
        rows=rows,
        decisions=answers.rows(_DECISIONS, keys=_texts(numbers)),
        clients=clients,
        since=found[-1].call.started_at if len(found) >= MOST_CALLS else None,
        seen={one.call.pk: one for one in found},
        answers=answers,
    )


def names(keys: Iterable[str], contacts: Iterable[int]) -> set[str]:
    """Of the locks of these clients."""
    return {f"missed:{key}" for key in keys} | {f"missed:contact:{pk}" for pk in contacts}


def has_items(*, keys: Iterable[str], contacts: Iterable[int], ahead: Sequence[Sent] = ()) -> bool:
    """Whether one of these was ever missed.

    `ahead`: locks that are taken before (`locks.taking`), on the same way to the database.
    """
    given = _given(keys, contacts)
    return bool(Answers([Question(_ANY_ITEM, given)], ahead=ahead).rows(_ANY_ITEM, **given))


def keys_of_contacts(contacts: set[int], answers: Answers | None = None) -> set[str]:
    """Numbers in calls of these contacts."""
    if not contacts:
        return set()
    found = (answers or Answers()).rows(_NUMBERS, contacts=tuple(sorted(contacts)))
    return {key for raw, e164 in found if (key := number_key(raw=raw, e164=e164))}


def _asked(numbers: set[str], people: set[int], besides: Sequence[Question], patience_ms: int) -> Answers:
    """The locks, and all that is asked of these, on one way to the database; a key for a first item, too."""
    given = _given(numbers, people)
    questions = [Question(_ITEMS, given), _calls_of(numbers)]
    questions.append(Question(_DECISIONS, {"keys": given["keys"]}))
    questions.append(Question(_NUMBERS, {"contacts": given["contacts"]}))
    with locks.waiting():
        ahead = locks.taking(names=names(numbers, people), patience_ms=patience_ms)
        return Answers([*questions, *besides], next_key_of=MissedItem, ahead=ahead)


def _given(keys: Iterable[str], contacts: Iterable[int]) -> dict[str, tuple[Any, ...]]:
    return {"keys": _texts(keys), "contacts": tuple(sorted(contacts))}


def _texts(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(keys))


def _calls_of(keys: set[str]) -> Question:
    return Question(_CALLS, {"keys": _texts(keys), "unreadable": ""})


def _calls(keys: set[str], current: Heard | None, answers: Answers) -> list[Heard]:
    """Newest first."""
    rows = [dict(zip(_OF_CALL, values, strict=True)) for values in answers.of(_calls_of(keys))]
    found = [_heard(row) for row in rows if current is None or row["pk"] != current.call.pk][:MOST_CALLS]
    if current is not None and current.key in keys:
        found.append(current)
    return sorted(found, key=_newest, reverse=True)


def _newest(one: Heard) -> tuple[datetime, int, str]:
    return one.call.started_at, one.call.connection, one.call.external_id


def _owners(newest_first: list[Heard]) -> dict[str, int | None]:
    owners: dict[str, int | None] = {}
    for one in newest_first:
        owners.setdefault(one.key, one.contact)
    return owners


def _heard(of: Mapping[str, Any]) -> Heard:
    return Heard(
        call=ClientCall(
            pk=of["pk"],
            connection=of["connection_id"],
            external_id=of["external_id"],
            direction=Direction(of["direction"]),
            status=CallStatus(of["status"]),
            started_at=of["started_at"],
            answered_at=of["answered_at"],
            ended_at=of["ended_at"],
            talk_seconds=of["talk_seconds"],
            waited=of["ring_seconds"],
        ),
        key=number_key(raw=of["client_raw"], e164=of["client_e164"]),
        raw=of["client_raw"],
        e164=of["client_e164"],
        our_number=of["our_number"],
        contact=of["contact_id"],
        responsible=of["responsible_id"],
    )
