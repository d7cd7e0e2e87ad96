"""Closes calls whose end never came.

The reaper only adds an event of its own, so a late end, or any later sign of life, still corrects the
call through the same fold.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from telephony.calls import apply, locate, locks
from telephony.calls.contacts import Lookup
from telephony.domain.events import OPEN, CallEvent, CallStatus, EventKind
from telephony.domain.exceptions import CallBusy
from telephony.jobs import Run
from telephony.jobs.guard import guarded, paused
from telephony.models import Call, CallLeg

RINGING_TOO_LONG = timedelta(minutes=3)
TALKING_TOO_LONG = timedelta(hours=4)
LEFT_TOO_LONG = timedelta(minutes=3)
"""Since everybody who talked has left: the PBX forgot to tell that this was the end, or tells it in a list only."""
BATCH = 200
JOB = "reap_calls"
PATIENCE_MS = 1000


def reap_calls(*, now: datetime | None = None, run: Run | None = None) -> int:
    """Close calls that ring for over 3 minutes or talk for over 4 hours as `unknown`, and those that everybody has left
    for over 3 minutes as answered; returns how many.

    Each is tried once, and one that can't be closed is left alone for a while: however many those are, the others
    are closed.
    """
    now, run = now or timezone.now(), run or Run()
    left_alone, after, closed = paused(JOB, Call, now=now), 0, 0
    while run.goes_on() and (batch := _silent(now, after)):
        after = batch[-1].pk
        closed += sum(_guarded(call, now) for call in batch if call.pk not in left_alone)
    return closed


def _silent(now: datetime, after: int) -> list[Any]:
    """The next of the open calls that nobody has told anything of, with when something was told last."""
    # Silence is counted from when we last heard of the call: a PBX's clock may be wrong by hours.
    legs = CallLeg.objects.filter(call=OuterRef("pk"))
    silent = (
        Call.objects.filter(status__in=OPEN, pk__gt=after)
        .annotate(
            last_event_at=Max("events__occurred_at"),
            heard_at=Coalesce(Max("events__delivery__received_at"), "last_event_at"),
            is_left=Exists(legs.filter(answered_at__isnull=False)) & ~Exists(legs.filter(ended_at=None)),
        )
        .filter(
            Q(status="ringing", heard_at__lt=now - RINGING_TOO_LONG)
            | Q(status="talking", heard_at__lt=now - TALKING_TOO_LONG)
            | Q(status="talking", is_left=True, heard_at__lt=now - LEFT_TOO_LONG)
        )
        .select_related("connection")
        .order_by("pk")
    )
    return list(silent[:BATCH])


def _guarded(call: Any, now: datetime) -> bool:
    # The end is on the PBX's clock, too: what it tells later of this call is later than the end.
    at = call.last_event_at + (timedelta(0) if call.is_left else now - call.heard_at)
    return guarded(
        JOB, call, partial(_reap, call, at, call.is_left), otherwise=False, hide=call.connection.without_secrets
    )


def _reap(call: Call, at: datetime, is_left: bool = False) -> bool:
    event = CallEvent(
        kind=EventKind.REAPED,
        external_id=call.external_id,
        occurred_at=at,
        fingerprint=f"reaper {at.isoformat()}",
        status=CallStatus.ANSWERED if is_left else None,
        client_raw=call.client_raw,
        client_e164=call.client_e164,
    )
    try:
        with transaction.atomic():
            names = locate.lock_names(connection=call.connection, event=event)
            locks.take(names=names, patience_ms=PATIENCE_MS)
            reaped = apply.apply_event(connection=call.connection, event=event, delivery=None, lookup=Lookup())
    except CallBusy:
        return False  # Somebody is telling of it right now; the next round looks again.
    return not reaped.is_open
