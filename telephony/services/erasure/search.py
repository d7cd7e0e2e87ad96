"""Reads stored deliveries in batches and says which of them name a number: they stand encrypted, so no query can."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from telephony.models import Connection, Delivery
from telephony.services.erasure.numbers import DEFAULT_REGION, Finder

BATCH = 500


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
    columns = ("pk", "connection_id", "query", "body", "headers")
    while batch := list(stored.filter(pk__gte=first).values_list(*columns)[:BATCH]):
        found = tuple(
            pk
            for pk, connection, query, body, headers in batch
            if any(
                finder.is_in(raw, region=regions.get(connection, DEFAULT_REGION))
                for raw in (query, body, json.dumps(headers).encode())
            )
        )
        first = batch[-1][0] + 1
        yield Batch(last=batch[-1][0], read=len(batch), found=found)
