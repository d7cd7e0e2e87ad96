"""Keeps whose phones rang for missed clients: what decides who may see an item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db.models import Q

from telephony.database.reading import GivenNumbers, OneOf, Prepared
from telephony.database.writing import Writes
from telephony.models import CallLeg, Extension, MissedItem, MissedRang

BATCH = 1000
Rang = dict[tuple[int, int], datetime]
"""By item and user: when the client was missed first."""
_KNOWN = Prepared(
    lambda: MissedRang.objects.filter(OneOf("item_id", "items", of=GivenNumbers)).values_list(
        "pk", "item_id", "user_id", "first_at"
    )
)
_USERS = Prepared(
    lambda: (
        CallLeg.objects.filter(OneOf("call_id", "calls", of=GivenNumbers), user__isnull=False)
        .order_by()
        .values_list("call_id", "user_id")
    )
)


def keep(
    writes: Writes, rows: Sequence[MissedItem], legs: Mapping[int, Sequence[CallLeg]], *, are_new: bool = False
) -> None:
    """Make it what the legs of the first and the last call say; `legs` are those of calls that are being saved.

    `are_new`: nothing hangs on these items yet.
    """
    wanted = _wanted(rows, legs)
    there: Rang = {}
    wrong = []
    known = [] if are_new else _KNOWN.rows(items=tuple(row.pk for row in rows))
    for pk, item, user, first_at in known:
        if wanted.get((item, user)) == first_at:
            there[item, user] = first_at
        else:
            wrong.append(pk)
    if wrong:
        MissedRang.objects.filter(pk__in=wrong).delete()
    missing = {pair: at for pair, at in wanted.items() if pair not in there}
    writes.insert(*_rows_of(missing), unique=["item", "user"])


def differing() -> Iterator[list[MissedItem]]:
    """Items of which the legs of their calls say something else, some at a time."""
    last = 0
    while batch := list(MissedItem.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        wanted = _wanted(batch, {})
        rows = MissedRang.objects.filter(item__in=batch).values_list("item_id", "user_id", "first_at")
        there = {(item, user): at for item, user, at in rows}
        differ = {item for (item, _), _ in wanted.items() ^ there.items()}
        yield [row for row in batch if row.pk in differ]


def add_phone(extension: Extension) -> None:
    """The legs of this phone are its user's now: those of calls that were missed before, too."""
    calls = CallLeg.objects.filter(extension=extension, user=extension.user_id).order_by().values("call")
    items = MissedItem.objects.filter(Q(first_call__in=calls) | Q(last_call__in=calls))
    user = extension.user_id
    rows = _rows_of({(pk, user): at for pk, at in items.values_list("pk", "first_at") if user is not None})
    MissedRang.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)


def _wanted(rows: Sequence[MissedItem], legs: Mapping[int, Sequence[CallLeg]]) -> Rang:
    calls = {pk for row in rows for pk in (row.first_call_id, row.last_call_id) if pk is not None}
    others = calls - legs.keys()
    pairs = {*_USERS.rows(calls=tuple(sorted(others)))} if others else set()
    pairs |= {(call, leg.user_id) for call, of_call in legs.items() for leg in of_call if leg.user_id is not None}
    people: dict[int | None, set[int]] = {}
    for call, user in pairs:
        people.setdefault(call, set()).add(user)
    return {
        (row.pk, user): row.first_at
        for row in rows
        for call in (row.first_call_id, row.last_call_id)
        for user in people.get(call, ())
    }


def _rows_of(rang: Rang) -> list[MissedRang]:
    return [MissedRang(item_id=item, user_id=user, first_at=at) for (item, user), at in rang.items()]
