"""How often a PBX is asked: each request takes the next place in its lane, whichever process sends it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from telephony.http import Request, Turn
from telephony.models import AskTurn, Connection


def turns_of(connection: Connection) -> Turn | None:
    """Takes places at this connection's PBX; None where its vendor names no limit."""
    pace = connection.vendor_object.pace
    if not pace:
        return None

    def take(request: Request) -> float:
        per_minute = pace.get(request.lane)
        return 0.0 if per_minute is None else _take(connection, request.lane, timedelta(minutes=1) / per_minute)

    return take


def _take(connection: Connection, lane: str, gap: timedelta) -> float:
    AskTurn.objects.get_or_create(connection=connection, lane=lane, defaults={"next_at": timezone.now()})
    with transaction.atomic():
        row = AskTurn.objects.select_for_update().get(connection=connection, lane=lane)
        now = timezone.now()
        at = max(now, row.next_at)
        row.next_at = at + gap
        row.save(update_fields=["next_at"])
    return (at - now).total_seconds()
