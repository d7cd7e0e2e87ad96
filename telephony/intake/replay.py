"""Deliveries read again, after a parser was mended or an administrator asked.

The events that a delivery brought are replaced by what the parser reads today, and the calls concerned
are folded anew. Doing it twice changes nothing more.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction

from telephony.calls import apply, locate, locks
from telephony.calls.contacts import Lookup
from telephony.calls.selectors import call_as_json
from telephony.database.writing import Writes
from telephony.domain.events import CallEvent
from telephony.domain.exceptions import MalformedHook
from telephony.intake import processed, reading, refused
from telephony.models import Call, Delivery, Recording
from telephony.models import CallEvent as StoredEvent
from telephony.privacy.tracebacks import readable_traceback

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the replay of one delivery did, or would do."""

    delivery_id: int
    state: str
    error: str
    changes: tuple[str, ...]
    """One line for each fact that differs, like `call 1419783130.15593: status no_answer -> answered`."""


class _DryRun(Exception):
    """Carries a report out of the transaction that it undoes."""

    def __init__(self, report: Report) -> None:
        super().__init__("dry run")
        self.report = report


def replay(*, delivery: Delivery, dry_run: bool = False) -> Report:
    """Interpret the delivery once more, whatever became of it before.

    If that fails for a fault of ours, everything stays as it was, and only the report says so.
    """
    try:
        with transaction.atomic():
            report = _replay(delivery)
            if dry_run:
                raise _DryRun(report)
    except _DryRun as undone:
        return undone.report
    except Exception as error:
        hide = delivery.connection.without_secrets
        log.warning("Delivery %s could not be replayed:\n%s", delivery.pk, readable_traceback(error, hide))
        reason = hide(f"{type(error).__name__}: {error}")
        return Report(delivery_id=delivery.pk, state=Delivery.State.FAILED, error=reason, changes=())
    return report


def replay_many(*, deliveries: Iterable[Delivery], dry_run: bool = False) -> list[Report]:
    """Each delivery in the order in which they arrived, each on its own: one failure holds up none."""
    ordered = sorted(deliveries, key=lambda delivery: delivery.pk)
    return [replay(delivery=delivery, dry_run=dry_run) for delivery in ordered]


def _replay(delivery: Delivery) -> Report:
    connection = delivery.connection
    if delivery.state == Delivery.State.REFUSED and not refused.is_proved(delivery):
        return _report(delivery, ())
    try:
        parsed = reading.read(delivery.hook(), connection=connection)
    except MalformedHook as error:
        processed.finish(delivery, Delivery.State.FAILED, str(error))
        return _report(delivery, ())
    earlier = list(delivery.events.select_related("call"))
    events = [_with_its_call(event, earlier) for event in parsed.events]
    involved = {row.call_id: row.call for row in earlier}
    known_as = [replace(row.event(), external_id=row.call.external_id) for row in earlier]
    names = [name for event in (*known_as, *events) for name in locate.lock_names(connection=connection, event=event)]
    if names:
        locks.take(names=names, patience_ms=locks.PATIENCE_OF_WORKER_MS)
    before = {pk: _shown(call) for pk, call in involved.items()}
    delivery.events.all().delete()
    lookup = Lookup()
    for event in events:
        joined = locate.find_call(connection=connection, event=event)
        if joined is not None and joined.pk not in involved:
            before[joined.pk] = _shown(joined)
        call = apply.apply_event(connection=connection, event=event, delivery=delivery, lookup=lookup)
        involved[call.pk] = call
    for call in list(involved.values()):
        apply.refold(call=call, lookup=lookup)
    writes = Writes()
    processed.finish_parsed(writes, delivery, parsed)
    writes.write()
    return _report(delivery, _differences(before, involved))


def _with_its_call(event: CallEvent, earlier: list[StoredEvent]) -> CallEvent:
    """An event whose message names no call stays with the call that it was found to belong to."""
    if event.external_id or not earlier:
        return event
    return replace(event, external_id=earlier[0].call.external_id, no_call_id=None)


def _report(delivery: Delivery, changes: tuple[str, ...]) -> Report:
    return Report(delivery_id=delivery.pk, state=delivery.state, error=delivery.error, changes=changes)


def _shown(call: Call) -> dict[str, object]:
    """What a report compares: the call, and each of its recordings."""
    recordings = call.recordings.order_by("pk")
    of_recordings = {f"recording #{row.pk}": _shown_recording(row) for row in recordings}
    return {**call_as_json(call), **of_recordings}


def _shown_recording(row: Recording) -> str:
    place = hashlib.sha256(f"{row.link} {row.reference}".encode()).hexdigest()[:8]
    return f"{row.state}, address {place}" + ("" if row.is_told else ", told of by no message: it is kept")


def _differences(before: dict[int, dict[str, object]], involved: dict[int, Call]) -> tuple[str, ...]:
    lines = []
    now = {call.pk: _shown(call) for call in Call.objects.filter(pk__in=list(involved))}
    for pk, call in involved.items():
        old, new = before.get(pk, {}), now.get(pk, {})
        name = f"call {call.external_id}"
        if not old:
            lines.append(f"{name}: new, {new.get('direction')} {new.get('status')}")
        elif not new:
            lines.append(f"{name}: gone, nothing tells of it any more")
        else:
            lines += [
                f"{name}: {key} {old.get(key, 'none')} -> {new.get(key, 'gone')}"
                for key in dict.fromkeys([*old, *new])
                if old.get(key) != new.get(key)
            ]
    return tuple(lines)
