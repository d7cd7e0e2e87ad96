"""Deliveries that this process stored and could not work on, because the database went away in between."""

from __future__ import annotations

from collections import deque

from django.utils import timezone

from telephony.models import Delivery

_left: deque[int] = deque(maxlen=10_000)


def note(delivery_id: int) -> None:
    _left.append(delivery_id)


def some() -> bool:
    return bool(_left)


def take_up() -> None:
    """The database is back: they are due at once, not when their leases run out."""
    pks = [_left.popleft() for _ in range(len(_left))]
    if pks:
        waiting = Delivery.objects.filter(pk__in=pks, state=Delivery.State.RECEIVED)
        waiting.update(next_try_at=timezone.now())
