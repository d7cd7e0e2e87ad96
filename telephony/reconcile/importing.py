"""Writes what a PBX's list knows better: through the same events, and the same fold, as webhooks.

Importing twice changes nothing more, and webhooks that come later find the call that was imported (calls/listed.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from telephony.calls import apply as calls
from telephony.calls import locate, locks
from telephony.calls.contacts import Lookup
from telephony.calls.listed import LISTED, LISTED_ID
from telephony.domain.exceptions import CallBusy
from telephony.domain.listed_call import PbxCall
from telephony.models import Call, CallLeg, Card, Connection, PbxRow, Recording
from telephony.models import CallEvent as StoredEvent
from telephony.reconcile.comparing import AROUND, Entry, Standing, compare

CLEAR = frozenset({Standing.PBX_ONLY, Standing.DIFFERENT, Standing.BOTH})
"""What is imported without a person's word."""


@dataclass(slots=True, kw_only=True)
class Imported:
    """How many calls."""

    created: int = 0
    completed: int = 0
    unclear: int = 0
    busy: int = 0
    """Somebody was working on the client's calls for too long; they stay as they were."""


def import_rows(*, connection: Connection, rows: Iterable[PbxRow], only: frozenset[Standing] = CLEAR) -> Imported:
    """Bring what these rows say into the calls here, if they stand so; each client's rows in a transaction of its own.

    What is unclear is imported only if `only` says so: as the nearest call, or as a new one.
    """
    done = Imported()
    by_client: dict[str, list[PbxRow]] = defaultdict(list)
    for row in rows:
        by_client[row.client_match].append(row)
    for client, of_client in by_client.items():
        try:
            with transaction.atomic():
                _import_of_client(connection, client, of_client, only, done)
        except CallBusy:
            done.busy += len(of_client)
    return done


def apply(*, connection: Connection, call: Call | None, listed: PbxCall, external_id: str, listed_at: datetime) -> Call:
    """Tell the call, or a new one, what the list that came at `listed_at` says of it. Needs a transaction that holds
    its locks."""
    lookup = Lookup()
    events = listed.events(external_id=external_id, listed_at=listed_at)
    outdated = 0
    if call is not None:
        said = call.events.filter(LISTED).exclude(fingerprint__in=[event.fingerprint for event in events])
        outdated, _ = said.delete()
    first, *more = events
    told = calls.apply_event(connection=connection, event=first, delivery=None, lookup=lookup, call=call)
    for event in more:
        calls.apply_event(connection=connection, event=event, delivery=None, lookup=lookup, call=told)
    if outdated:
        calls.refold(call=told, lookup=lookup)
    return told


def _import_of_client(
    connection: Connection, client: str, rows: list[PbxRow], only: frozenset[Standing], done: Imported
) -> None:
    ids = [row.pbx_call().call_id or _made_id(row) for row in rows]
    names = locate.lock_names_of_client(connection=connection, client_match=client, external_ids=ids)
    locks.take(names=names, patience_ms=locks.PATIENCE_OF_WORKER_MS)
    moments = [row.started_at for row in rows]
    entries = compare(connection=connection, since=min(moments) - AROUND, until=max(moments) + AROUND, clients=[client])
    wanted = {row.pk for row in rows}
    for entry in entries:
        if entry.row is not None and entry.row.pk in wanted:
            _import(connection, entry, entry.row, only, done)


def _import(connection: Connection, entry: Entry, row: PbxRow, only: frozenset[Standing], done: Imported) -> None:
    call = entry.call
    if entry.standing in only and entry.can_import and entry.listed is not None:
        done.created += call is None
        done.completed += call is not None
        if entry.replaces is not None and call is not None:
            _put_in_its_place(entry.replaces, call)
        external_id = entry.listed.call_id or (call.external_id if call else _made_id(row))
        listed_at = row.day.pulled_at or timezone.now()
        call = apply(
            connection=connection, call=call, listed=entry.listed, external_id=external_id, listed_at=listed_at
        )
    elif entry.standing is Standing.UNCLEAR:
        done.unclear += 1
        call = None
    row.call = call
    row.is_wanted = False
    row.save(update_fields=["call", "is_wanted"])


def _made_id(row: PbxRow) -> str:
    """The id of a call that the list names by nothing but number and time."""
    return f"{LISTED_ID}{row.key[:32]}"


def _put_in_its_place(made: Call, call: Call) -> None:
    """The call that was made of the list alone goes; what was attached to it moves to the real one."""
    for relation in Call._meta.related_objects:
        model = relation.related_model
        if not relation.one_to_many or model in (StoredEvent, CallLeg, Card) or isinstance(model, str):
            continue
        for row in model._base_manager.filter(**{relation.field.name: made}):
            _move(row, relation.field.name, call)
    made.delete()


def _move(row: Model, name: str, call: Call) -> None:
    """To the real call, unless that has the same already. Of one recording twice, the one with a file stays."""
    if isinstance(row, Recording):
        same = call.recordings.filter(source_sha256=row.source_sha256)
        if row.held:
            same.update(held=True)
        if row.state == Recording.State.STORED:
            same.exclude(state=Recording.State.STORED).delete()
    with suppress(IntegrityError), transaction.atomic():
        type(row)._base_manager.filter(pk=row.pk).update(**{name: call})
