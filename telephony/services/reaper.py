"""Closes calls whose end never came.

The reaper only adds an event of its own, so a late end, or any later sign of life, still corrects the
call through the same fold.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from telephony.directory import get_directory
from telephony.events import CallEvent, CallStatus, EventKind
from telephony.exceptions import CallBusy
from telephony.models import Call
from telephony.services import calls, correlation, locks
from telephony.services.callinfo import queue

RINGING_TOO_LONG = timedelta(minutes=3)
TALKING_TOO_LONG = timedelta(hours=4)
BATCH = 200
PATIENCE_MS = 1000


def reap_calls(*, now: datetime | None = None) -> int:
    """Close calls that ring for over 3 minutes or talk for over 4 hours as `unknown`; returns how many."""
    now = now or timezone.now()
    # Silence is counted from when we last heard of the call: a PBX's clock may be wrong by hours.
    silent = (
        Call.objects.filter(status__in=["ringing", "talking"])
        .annotate(
            last_event_at=Max("events__occurred_at"),
            heard_at=Coalesce(Max("events__delivery__received_at"), "last_event_at"),
        )
        .filter(
            Q(status="ringing", heard_at__lt=now - RINGING_TOO_LONG)
            | Q(status="talking", heard_at__lt=now - TALKING_TOO_LONG)
        )
        .select_related("connection")[:BATCH]
    )
    # The end is on the PBX's clock, too: what it tells later of this call is later than the end.
    return sum(_reap(call, call.last_event_at + (now - call.heard_at)) for call in silent)


def _reap(call: Call, at: datetime) -> bool:
    event = CallEvent(
        kind=EventKind.REAPED,
        external_id=call.external_id,
        occurred_at=at,
        fingerprint=f"reaper {at.isoformat()}",
        client_raw=call.client_raw,
        client_e164=call.client_e164,
    )
    try:
        with transaction.atomic():
            names = correlation.lock_names(connection=call.connection, event=event)
            locks.take(names=names, patience_ms=PATIENCE_MS)
            find = get_directory().find
            change = calls.apply_event(connection=call.connection, event=event, delivery=None, find=find)
            if change.after.status is CallStatus.UNKNOWN:
                queue.note_unknown(call=change.call)
    except CallBusy:
        return False  # Somebody is telling of it right now; the next round looks again.
    return not change.after.status.is_open
