"""How many messages of each connection came in each hour: counted as they are stored, and kept when they are deleted.

By the inbox's own rows, so canary calls, which leave none, are not among them.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from telephony.models import Connection, Delivery, MessageHour

HOUR = 3600
"""Seconds."""
KEPT = timedelta(weeks=9)
"""Four weeks are learned from, and they may lie behind four weeks of silence."""
SETTLED = timedelta(minutes=1)
"""Nobody stores a message with an earlier number any more."""
AT_ONCE = 20_000


def count(*, now: datetime | None = None) -> int:
    """Count what was stored since the last time; returns how many messages. At the first time: of the weeks before."""
    at, total = now or timezone.now(), 0
    while counted := _count_some(at):
        total += counted
    return total


def hours_of(connection: Connection, *, begin: datetime, end: datetime) -> list[tuple[datetime, int]]:
    """The beginning of each hour with messages, and how many."""
    rows = MessageHour.objects.filter(connection=connection, hour__gte=_hour(begin), hour__lte=_hour(end))
    zone = timezone.get_current_timezone()
    return [
        (datetime.fromtimestamp(hour * HOUR, zone), number) for hour, number in rows.values_list("hour", "messages")
    ]


def sweep(*, now: datetime | None = None) -> int:
    """Forget hours that nobody learns from any more; returns how many."""
    old = MessageHour.objects.filter(hour__lt=_hour((now or timezone.now()) - KEPT))
    return old.filter(last_delivery__lt=_last_counted()).delete()[0]


@transaction.atomic
def _count_some(now: datetime) -> int:
    # Two workers at once would count twice: the second waits here, and reads what the first one counted.
    MessageHour.objects.select_for_update().order_by("-last_delivery").first()
    new = Delivery.objects.filter(pk__gt=_last_counted()).order_by("pk").values_list("pk", "connection", "received_at")
    rows = list(takewhile(lambda row: row[2] < now - SETTLED, new[:AT_ONCE]))
    counts = Counter((connection, _hour(received)) for _pk, connection, received in rows)
    for (connection, hour), number in sorted(counts.items()):
        values: dict[str, Any] = {"connection_id": connection, "hour": hour}
        MessageHour.objects.get_or_create(**values)
        MessageHour.objects.filter(**values).update(messages=F("messages") + number, last_delivery=rows[-1][0])
    return len(rows)


def _last_counted() -> int:
    return MessageHour.objects.aggregate(last=Max("last_delivery"))["last"] or 0


def _hour(moment: datetime) -> int:
    return int(moment.timestamp() // HOUR)
