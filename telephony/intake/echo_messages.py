"""Messages of canary calls that the PBX really made: heard of, and taken out before anything hangs on them.

So no call, card, figure or recording comes of them, also when a message is read again months later.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.utils import timezone

from telephony.calls.echo_calls import echo_runs
from telephony.cards import live
from telephony.domain.events import CallEvent, EventKind, Parsed
from telephony.models import CanaryRun, Connection

FRESH = timedelta(minutes=10)
"""What came longer ago is read again, and nobody listens."""


def taken_out(parsed: Parsed, *, connection: Connection, received_at: datetime, ignored: str) -> Parsed:
    """The message without what is about a canary call; `ignored` if it tells of nothing else."""
    ids = [text for event in parsed.events for text in (event.order_id, event.external_id)]
    runs = echo_runs(connection=connection, ids=[*ids, *(one.order_id for one in parsed.failed_orders)])
    if not runs:
        return parsed
    its_run = [runs.get(event.order_id) or runs.get(event.external_id) for event in parsed.events]
    failed = {one.order_id: one.said or one.problem for one in parsed.failed_orders if one.order_id in runs}
    for run in {run.pk: run for run in runs.values()}.values():
        own = [event for event, of in zip(parsed.events, its_run, strict=True) if of is not None and of.pk == run.pk]
        _remember(run, own)
        if timezone.now() - received_at < FRESH:
            _tell(run, own, failed.get(run.order_id, ""))
    events = tuple(event for event, of in zip(parsed.events, its_run, strict=True) if of is None)
    orders = tuple(one for one in parsed.failed_orders if one.order_id not in runs)
    return replace(parsed, events=events, failed_orders=orders) if events or orders else Parsed(ignored=ignored)


def _remember(run: CanaryRun, events: list[CallEvent]) -> None:
    """The PBX's id of the call: its later messages may name nothing else."""
    call_id = next((event.external_id for event in events if event.external_id), "")
    if call_id and not run.call_id:
        CanaryRun.objects.filter(pk=run.pk, call_id="").update(call_id=call_id)


def _tell(run: CanaryRun, events: list[CallEvent], failed: str) -> None:
    kinds = {event.kind for event in events}
    told = {"answered": EventKind.ANSWERED in kinds, "ended": EventKind.ENDED in kinds, "failed": failed[:300]}
    with suppress(DatabaseError):  # The canary hears nothing then, and says so.
        live.publish_canary({"run": run.pk, **told})
