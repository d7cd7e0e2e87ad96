"""Whose calls belong together: all numbers of a contact are one client, any other number is one by itself.

A number is its contact's if the latest call of it is. A contact is never guessed: of a number that several have it
stands in a call only if a person chose it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db.models import Q

from telephony.database.cursors import Sent
from telephony.database.reading import GivenNumbers, OneOf, Prepared
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
_ANY_ITEM = Prepared(
    lambda: MissedItem.objects.filter(
        Q(OneOf("client_key", "keys")) | Q(OneOf("contact_id", "contacts", of=GivenNumbers))
    ).values_list("pk")[:1]
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


def heard(call: Call, **other: Any) -> Heard:
    """A call as it is in memory, but for these columns; it may not be saved yet."""
    return _heard(dict(zip(_OF_CALL, _columns_of(call), strict=True)) | other)


def together(
    *, keys: Iterable[str], contacts: Iterable[int], lock: Callable[[set[str]], Any], current: Heard | None = None
) -> Together:
    """Everything about the clients of these numbers and contacts. `current` stands for its call's row.

    What belongs together is locked before it is read.
    """
    numbers, people = {key for key in keys if key}, {*contacts}
    for _round in range(MOST_ROUNDS):
        lock({f"missed:{key}" for key in numbers} | {f"missed:contact:{pk}" for pk in people})
        rows = list(MissedItem.objects.filter(Q(client_key__in=numbers) | Q(contact__in=people)).order_by("pk"))
        wider = people | {row.contact_id for row in rows if row.contact_id is not None}
        all_numbers = numbers | {row.client_key for row in rows} | keys_of_contacts(wider)
        found = _calls(all_numbers, current)
        owners = _owners(found)
        wider |= {pk for pk in owners.values() if pk is not None}
        if wider == people and all_numbers == numbers:
            break
        numbers, people = all_numbers, wider
    clients = {key: f"contact:{pk}" if (pk := owners.get(key)) is not None else key for key in numbers}
    calls: dict[str, list[Heard]] = {}
    for one in found:
        calls.setdefault(clients.get(one.key, one.key), []).append(one)
    return Together(
        calls=calls,
        rows=rows,
        decisions=list(MissedDecision.objects.filter(client_key__in=numbers)),
        clients=clients,
        since=found[-1].call.started_at if len(found) >= MOST_CALLS else None,
        seen={one.call.pk: one for one in found},
    )


def has_items(*, keys: Iterable[str], contacts: Iterable[int], ahead: Sequence[Sent] = ()) -> bool:
    """Whether one of these was ever missed.

    `ahead`: locks that are taken before (`locks.taking`), on the same way to the database.
    """
    given = {"keys": tuple(sorted(keys)), "contacts": tuple(sorted(contacts))}
    return bool(Answers([Question(_ANY_ITEM, given)], ahead=ahead).rows(_ANY_ITEM, **given))


def keys_of_contacts(contacts: set[int]) -> set[str]:
    """Numbers in calls of these contacts."""
    if not contacts:
        return set()
    found = Call.objects.filter(contact__in=contacts).order_by().values_list("client_raw", "client_e164").distinct()
    return {key for raw, e164 in found if (key := number_key(raw=raw, e164=e164))}


def _calls(keys: set[str], current: Heard | None) -> list[Heard]:
    """Newest first."""
    matched = Q(client_e164__in=keys) | Q(client_e164="", client_match__in=keys)
    rows = Call.objects.filter(matched, direction__in=[Direction.INCOMING, Direction.OUTGOING])
    rows = rows.order_by("-started_at", "-pk")
    if current is not None:
        rows = rows.exclude(pk=current.call.pk)
    found = [_heard(row) for row in rows.values(*_OF_CALL)[:MOST_CALLS]]
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
