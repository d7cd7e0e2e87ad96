"""Whose calls belong together: all numbers of a contact are one client, any other number is one by itself.

A number is its contact's if the latest call of it is. A contact is never guessed: of a number that several have it
stands in a call only if a person chose it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from telephony.calls import locks
from telephony.calls.of_id import is_of_id
from telephony.database.cursors import Sent
from telephony.database.reading import GivenNumbers, OneOf, Prepared, Same
from telephony.database.together import Answers, Question
from telephony.domain.events import Direction
from telephony.domain.missed import number_key
from telephony.missed.heard import COLUMNS, Heard, of_columns
from telephony.models import Call, MissedDecision, MissedItem

MOST_CALLS = 1000
"""Of a client with more calls than these latest ones the older items stay as they are."""
MOST_ROUNDS = 5
"""How many times what belongs together may turn out to be more: a contact's other number, which was another's…"""
_LOCK_OF_CONTACT = "missed:contact"
_IS_OF_THEM = Q(OneOf("client_key", "keys")) | Q(OneOf("contact_id", "contacts", of=GivenNumbers))
_ANY_ITEM = Prepared(lambda: MissedItem.objects.filter(_IS_OF_THEM).order_by().values_list("pk")[:1])
_ITEMS = Prepared(lambda: MissedItem.objects.filter(_IS_OF_THEM).order_by("pk"))
_CONTACT = Call.objects.filter(is_of_id()).order_by().values_list("contact_id")
_CONTACT_OF_CALL = Prepared(lambda: _CONTACT)
_IS_OF_CALL = Q(OneOf("client_key", "keys")) | Q(contact_id=Subquery(_CONTACT))
_ANY_OF_CALL = Prepared(lambda: MissedItem.objects.filter(_IS_OF_CALL).order_by().values_list("pk")[:1])
_ITEMS_OF_CALL = Prepared(lambda: MissedItem.objects.filter(_IS_OF_CALL).order_by("pk"))
_DECISIONS = Prepared(lambda: MissedDecision.objects.filter(OneOf("client_key", "keys")))
_NUMBERS = Prepared(lambda: _numbers_in(Call.objects.filter(OneOf("contact_id", "contacts", of=GivenNumbers))))
_NUMBERS_OF_CALL = Prepared(lambda: _numbers_in(Call.objects.filter(contact_id=Subquery(_CONTACT))))
_CALLS = Prepared(
    lambda: (
        Call.objects.filter(
            Q(OneOf("client_e164", "keys")) | Q(OneOf("client_match", "keys"), Same("client_e164", "unreadable")),
            direction__in=[Direction.INCOMING, Direction.OUTGOING],
        )
        # Not by the index of all calls, newest first: PostgreSQL plans this without knowing how many these are.
        .order_by(Coalesce("started_at", "started_at").desc(), "-pk")
        .values_list(*COLUMNS)[: MOST_CALLS + 1]
    )
)


OfCall = Mapping[str, Any]
"""A call that is in the database, by its id (`calls.of_id`), and its number, alone under `keys`."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """All that is asked of some numbers and contacts, whose locks are held."""

    answers: Answers
    items: Question
    numbers: Question
    """Of the contacts, in their calls."""


def together(
    *,
    keys: Iterable[str],
    contacts: Iterable[int],
    patience_ms: int,
    current: Heard | None = None,
    besides: Sequence[Question] = (),
    asked: Asked | None = None,
) -> Together:
    """Everything about the clients of these numbers and contacts. `current` stands for its call's row.

    What belongs together is locked before it is read. `besides`: what else is asked with it. `asked`: what was answered
    of just these (`asked_of_call`); only of what turns out to belong to them, too, anything more is asked.
    """
    wider = {key for key in keys if key}, {*contacts}
    for _round in range(MOST_ROUNDS):
        numbers, people = wider
        asked, known = None, asked or _ask(numbers, people, besides, patience_ms)
        answers, rows = known.answers, known.answers.of(known.items)
        found = _calls(numbers, current, answers)
        owners = _owners(found)
        owning = people | {row.contact_id for row in rows if row.contact_id is not None}
        others = _keys(answers.of(known.numbers)) if owning == people else keys_of_contacts(owning)
        wider = (
            numbers | {row.client_key for row in rows} | others,
            owning | {pk for pk in owners.values() if pk is not None},
        )
        if wider == (numbers, people):
            break
    return _of_clients(numbers, owners, found, rows, answers)


def _of_clients(
    numbers: set[str],
    owners: Mapping[str, int | None],
    found: Sequence[Heard],
    rows: list[MissedItem],
    answers: Answers,
) -> Together:
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


def names(keys: Iterable[str], contacts: Iterable[int]) -> set[locks.Name]:
    """Of the locks of these clients."""
    return {f"missed:{key}" for key in keys} | {(_LOCK_OF_CONTACT, pk) for pk in contacts}


def contact_of_call(of_call: OfCall) -> locks.Found:
    """The lock of whose call this is, before anybody knows who that is."""
    return locks.Found(_LOCK_OF_CONTACT, Question(_CONTACT_OF_CALL, of_call))


def any_of_call(of_call: OfCall) -> Question:
    """Whether the number, or whose call it is, was ever missed."""
    return Question(_ANY_OF_CALL, of_call)


def asks_of_call(of_call: OfCall) -> list[Question]:
    """What `together` asks of the number and of whose call it is."""
    items = Question(_ITEMS_OF_CALL, of_call, key_of=MissedItem)
    return [items, Question(_NUMBERS_OF_CALL, of_call), *_asks_of_numbers(of_call["keys"])]


def asked_of_call(of_call: OfCall, answers: Answers) -> Asked | None:
    """What was answered of it, if it was asked."""
    questions = asks_of_call(of_call)
    items, numbers, *_ = questions
    return Asked(answers=answers, items=items, numbers=numbers) if answers.know(questions) else None


def has_items(*, keys: Iterable[str], contacts: Iterable[int], ahead: Sequence[Sent] = ()) -> bool:
    """Whether one of these was ever missed.

    `ahead`: locks that are taken before (`locks.taking`), on the same way to the database.
    """
    given = _given(keys, contacts)
    return bool(Answers([Question(_ANY_ITEM, given)], ahead=ahead).rows(_ANY_ITEM, **given))


def keys_of_contacts(contacts: set[int]) -> set[str]:
    """Numbers in calls of these contacts."""
    return _keys(_NUMBERS.rows(contacts=tuple(sorted(contacts)))) if contacts else set()


def _ask(numbers: set[str], people: set[int], besides: Sequence[Question], patience_ms: int) -> Asked:
    """The locks, and all that is asked of these, on one way to the database; a key for a first item, too."""
    given = _given(numbers, people)
    items = Question(_ITEMS, given, key_of=MissedItem)
    of_people = Question(_NUMBERS, {"contacts": given["contacts"]})
    with locks.waiting():
        ahead = locks.taking(names=names(numbers, ()), then=[*names((), people)], patience_ms=patience_ms)
        answers = Answers([items, of_people, *_asks_of_numbers(given["keys"]), *besides], ahead=ahead)
    return Asked(answers=answers, items=items, numbers=of_people)


def _given(keys: Iterable[str], contacts: Iterable[int]) -> dict[str, tuple[Any, ...]]:
    return {"keys": _texts(keys), "contacts": tuple(sorted(contacts))}


def _texts(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(keys))


def _asks_of_numbers(keys: tuple[str, ...]) -> list[Question]:
    return [_calls_of(keys), Question(_DECISIONS, {"keys": keys})]


def _calls_of(keys: tuple[str, ...]) -> Question:
    return Question(_CALLS, {"keys": keys, "unreadable": ""})


def _numbers_in(calls: QuerySet[Call]) -> QuerySet[Call, tuple[str, str]]:
    return calls.order_by().values_list("client_raw", "client_e164").distinct()


def _keys(numbers: Iterable[tuple[str, str]]) -> set[str]:
    return {key for raw, e164 in numbers if (key := number_key(raw=raw, e164=e164))}


def _calls(keys: set[str], current: Heard | None, answers: Answers) -> list[Heard]:
    """Newest first."""
    rows = [dict(zip(COLUMNS, values, strict=True)) for values in answers.of(_calls_of(_texts(keys)))]
    found = [of_columns(row) for row in rows if current is None or row["pk"] != current.call.pk][:MOST_CALLS]
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
