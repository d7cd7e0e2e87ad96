"""Phones that rang at a connection, or answered there, and are nobody's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Max
from django.db.models.functions import Coalesce
from django.utils import timezone

from telephony.models import CallLeg, Connection

RANG_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodysPhone:
    number: str
    key_hash: str = field(repr=False)
    calls: int
    rang_at: datetime | None
    """When it was last heard of."""
    leg: int
    """One that rang it: where only a key names the phone, it leads to the key."""


def nobodys_phones(connection: Connection, *, most: int) -> list[NobodysPhone]:
    """Of the last 30 days, those with the most calls first."""
    legs = CallLeg.objects.filter(call__connection=connection, user=None)
    legs = legs.filter(call__started_at__gt=timezone.now() - RANG_WITHIN)
    rows = (
        legs.exclude(extension_number="", key_hash="")
        .values("extension_number", "key_hash")
        .annotate(
            calls=Count("call", distinct=True), rang=Max(Coalesce("rang_at", "answered_at")), newest_leg=Max("pk")
        )
        .order_by("-calls", "extension_number")
    )
    owned = list(connection.extensions.values_list("number", "key_hash"))
    numbers, keys = {number for number, _key in owned} - {""}, {key for _number, key in owned} - {""}
    found = [
        NobodysPhone(
            number=row["extension_number"],
            key_hash=row["key_hash"],
            calls=row["calls"],
            rang_at=row["rang"],
            leg=row["newest_leg"],
        )
        for row in rows[: most + len(owned)]
        if row["extension_number"] not in numbers and row["key_hash"] not in keys
    ]
    return found[:most]
