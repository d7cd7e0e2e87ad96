"""Reads what no index leads to: stored deliveries, events, and the rows of whatever else may name a number.

In batches, so that whoever reads can say in between that the work goes on. Much of it stands encrypted: no query can
look for a number there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Max, TextField
from django.db.models.functions import Cast

from telephony.erasure.numbers import DEFAULT_REGION, Finder
from telephony.erasure.place import Place
from telephony.models import CallEvent, Connection, Delivery

BATCH = 500
EVENTS_IN_BATCH = 20_000
"""The database looks through them by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    last: int
    """Key of the last delivery that was read."""
    read: int
    found: tuple[int, ...]
    """Keys of those that name the number."""


def search(finder: Finder, *, first: int, last: int | None) -> Iterator[Batch]:
    """From the key `first` on, up to `last` (None: all). What still waits for a worker is left alone."""
    regions = dict(Connection.objects.values_list("pk", "phone_region"))
    stored = Delivery.objects.exclude(state=Delivery.State.RECEIVED).order_by("pk")
    if last is not None:
        stored = stored.filter(pk__lte=last)
    columns = ("pk", "connection_id", "query", "body", "headers", "error")
    while batch := list(stored.filter(pk__gte=first).values_list(*columns)[:BATCH]):
        found = tuple(
            pk
            for pk, connection, query, body, headers, error in batch
            if any(
                finder.is_in(raw, region=regions.get(connection, DEFAULT_REGION))
                for raw in (query, body, json.dumps(headers).encode(), error.encode())
            )
        )
        first = batch[-1][0] + 1
        yield Batch(last=batch[-1][0], read=len(batch), found=found)


def search_events(finder: Finder) -> Iterator[list[int]]:
    """Calls in whose events the number may stand, by their keys; some of them twice."""
    last, newest = 0, CallEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0
    while last < newest:
        rows = CallEvent.objects.filter(pk__gt=last, pk__lte=last + EVENTS_IN_BATCH).order_by()
        named = rows.annotate(text=Cast("content", TextField())).filter(text__regex=finder.in_sql)
        yield sorted(set(named.values_list("call_id", flat=True)))
        last += EVENTS_IN_BATCH


def search_place(place: Place, finder: Finder) -> Iterator[list[int]]:
    """Rows of a place that name the number in a column where a person may stand, by their keys."""
    rows, last = place.rows(), 0
    while batch := list(rows.filter(pk__gt=last).values_list("pk", *place.person)[:BATCH]):
        yield [pk for pk, *values in batch if any(map(finder.is_in_value, values))]
        last = batch[-1][0]
