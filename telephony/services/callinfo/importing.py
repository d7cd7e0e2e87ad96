"""Writes what a PBX's list knows better: through the same events, and the same fold, as webhooks.

Importing twice changes nothing more, and webhooks that come later find the call that was imported (late.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.db import IntegrityError, transaction
from django.utils import timezone

from telephony.directory import get_directory
from telephony.exceptions import CallBusy
from telephony.models import Call, CallLeg, Card, Connection, PbxRow
from telephony.models import CallEvent as StoredEvent
from telephony.pbx_calls import PbxCall
from telephony.services import calls, correlation, locks
from telephony.services.callinfo.comparing import AROUND, Entry, Standing, compare
from telephony.services.callinfo.late import LISTED, LISTED_ID
from telephony.services.inbox import PATIENCE_OF_WORKER_MS

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


def apply(*, connection: Connection, call: Call | None, listed: PbxCall, external_id: str) -> Call:
    """Tell the call, or a new one, what the list says of it. Needs a transaction that holds its locks."""
    find = cache(get_directory().find)
    events = listed.events(external_id=external_id, listed_at=timezone.now())
    outdated = 0
    if call is not None:
        said = call.events.filter(LISTED).exclude(fingerprint__in=[event.fingerprint for event in events])
        outdated, _ = said.delete()
    first, *more = events
    told = calls.apply_event(connection=connection, event=first, delivery=None, find=find, call=call).call
    for event in more:
        calls.apply_event(connection=connection, event=event, delivery=None, find=find, call=told)
    if outdated:
        calls.refold(call=told, find=find)
    return told


def _import_of_client(
    connection: Connection, client: str, rows: list[PbxRow], only: frozenset[Standing], done: Imported
) -> None:
    ids = [row.pbx_call().call_id or _made_id(row) for row in rows]
    names = correlation.lock_names_of_client(connection=connection, client_match=client, external_ids=ids)
    locks.take(names=names, patience_ms=PATIENCE_OF_WORKER_MS)
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
            _give_way(entry.replaces, call)
        external_id = entry.listed.call_id or (call.external_id if call else _made_id(row))
        call = apply(connection=connection, call=call, listed=entry.listed, external_id=external_id)
    elif entry.standing is Standing.UNCLEAR:
        done.unclear += 1
        call = None
    row.call = call
    row.is_wanted = False
    row.save(update_fields=["call", "is_wanted"])


def _made_id(row: PbxRow) -> str:
    """The id of a call that the list names by nothing but number and time."""
    return f"{LISTED_ID}{row.key[:32]}"


def _give_way(made: Call, call: Call) -> None:
    """The call that was made of the list alone goes; what was attached to it moves to the real one."""
    for relation in Call._meta.related_objects:
        model = relation.related_model
        if not relation.one_to_many or model in (StoredEvent, CallLeg, Card) or isinstance(model, str):
            continue
        try:
            with transaction.atomic():
                model._base_manager.filter(**{relation.field.name: made}).update(**{relation.field.name: call})
        except IntegrityError:
            continue  # The real call has the same already.
    made.delete()
