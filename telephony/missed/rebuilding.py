"""Folds the items of many clients anew: of calls that were there before the desk was, or after something was mended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from telephony.domain.events import MISSED, Direction
from telephony.domain.missed import number_key
from telephony.jobs import Run
from telephony.missed.folding import refold
from telephony.models import Call, MissedItem
from telephony.models.missed import WAITING

DAYS = 30
BATCH = 500


def rebuild(*, days: int = DAYS, run: Run | None = None) -> int:
    """Fold every client anew who was missed in these last days, or waits for somebody who left; returns how many rows
    changed.

    Each client is a transaction of its own, whoever was missed last coming first: it may run beside everything else,
    and be stopped and begun again.
    """
    since, run = timezone.now() - timedelta(days=days), run or Run()
    changed = 0
    for key in _clients(since):
        if not run.goes_on():
            break
        changed += len(refold(keys=[key], contacts=()))
    return changed


def _clients(since: datetime) -> Iterator[str]:
    done: set[str] = set()
    missed = Call.objects.filter(direction=Direction.INCOMING, status__in=MISSED, started_at__gte=since, is_test=False)
    calls = missed.order_by("-started_at").values_list("client_raw", "client_e164")
    for raw, e164 in calls.iterator(chunk_size=BATCH):
        key = number_key(raw=raw, e164=e164)
        if key and key not in done:
            done.add(key)
            yield key
    left = Q(assignee__is_active=False) | Q(taken_by__is_active=False)
    items = MissedItem.objects.filter(Q(last_at__gte=since) | Q(left, state__in=WAITING))
    for key in list(items.values_list("client_key", flat=True).distinct()):
        if key not in done:
            yield key
