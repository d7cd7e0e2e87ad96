"""Three queues, as different as they come: attempts counted by claiming, a token for each lease, neither."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q

from telephony.jobs import Pauses, Queue
from telephony.models import Connection, Delivery, PbxDay, Recording

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

DELIVERIES = Queue(
    model=Delivery,
    due=Q(state="received"),
    lease=MINUTE,
    related=("connection",),
    pauses=Pauses(table=(MINUTE, 5 * MINUTE)),
)
RECORDINGS = Queue(
    model=Recording,
    due=Q(state__in=("waiting", "fetching")),
    lease=MINUTE,
    pauses=Pauses(table=(MINUTE,)),
    leased_state="fetching",
    token="lease",
)
DAYS = Queue(model=PbxDay, lease=MINUTE, counts_claims=False)


def make_delivery(connection: Connection, *, minutes: float = 0, **values: Any) -> Delivery:
    """One that is due so many minutes after `NOW`."""
    return Delivery.objects.create(
        connection=connection,
        received_at=NOW,
        method="POST",
        next_try_at=NOW + minutes * MINUTE,
        **values,
    )
