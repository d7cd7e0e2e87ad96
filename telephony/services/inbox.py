"""The way of a request: stored, interpreted, applied; and what happens when that goes wrong.

`receive` commits the request before anything looks into it. `process` interprets it, in the request
while that is quick; what it could not do is left to `process_due`, which a worker calls.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from django.db import Error as AnyDatabaseError
from django.db import transaction
from django.utils import timezone

from telephony import fields
from telephony.directory import ContactCard, get_directory
from telephony.events import Parsed
from telephony.exceptions import MalformedHook
from telephony.hooks import Hook, Outcome
from telephony.logs import HIDDEN, hide_secrets, hide_values
from telephony.models import Connection, Delivery, Extension
from telephony.services import calls, correlation, locks

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
PAUSES = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
"""How long after each failed attempt but the last the next one comes."""
LEASE = timedelta(seconds=60)
"""A process that began a delivery this long ago and did not finish it is taken for dead."""
PATIENCE_IN_REQUEST_MS = 800
PATIENCE_OF_WORKER_MS = 10_000

_SECRET_HEADER = re.compile(r"auth|cookie|token|secret|password|key|signature|^x-xvb-ac$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Processed:
    """What became of a delivery, for the reply and for replay's report."""

    state: Delivery.State
    parsed: Parsed | None = None
    outcome: Outcome = field(default_factory=Outcome)
    changes: tuple[calls.Change, ...] = ()


def receive(*, connection: Connection, hook: Hook) -> Delivery:
    """Store the request as it came; committed on return. The caller processes it at once."""
    return Delivery.objects.create(
        connection=connection,
        received_at=hook.received_at,
        method=hook.method,
        query=hook.query,
        headers=storable_headers(hook.headers.items(), connection.secret_values()),
        body=hook.body,
        remote_address=hook.remote_address,
        attempts=1,
        next_try_at=hook.received_at + LEASE,
    )


def storable_headers(headers: Iterable[tuple[str, str]], secrets: Collection[str] = ()) -> dict[str, str]:
    """The headers without what is secret in them, and without what no database stores."""
    kept = {}
    for name, value in headers:
        # A proxy may repeat the address in a header of its own.
        shown = hide_values(fields.storable(value), secrets)
        kept[name] = HIDDEN if _SECRET_HEADER.search(name) else hide_secrets(shown)
    return kept


def process(*, delivery: Delivery, hook: Hook | None = None, patience_ms: int = PATIENCE_IN_REQUEST_MS) -> Processed:
    """Interpret a stored delivery and apply it. Never raises for what the delivery holds: its row tells."""
    connection = delivery.connection
    hook = hook or delivery.hook()
    try:
        parsed = connection.vendor_object.parse(hook, connection.profile())
    except MalformedHook as error:
        finish(delivery, Delivery.State.FAILED, str(error))
        return Processed(state=Delivery.State.FAILED)
    except Exception as error:
        return Processed(state=_try_again(delivery, error))
    find = cache(get_directory().find)
    outcome = Outcome()
    try:
        outcome = find_outcome(connection, parsed, find)
        changes = _apply(delivery, parsed, find, patience_ms)
    except Exception as error:
        return Processed(state=_try_again(delivery, error), parsed=parsed, outcome=outcome)
    return Processed(state=Delivery.State(delivery.state), parsed=parsed, outcome=outcome, changes=changes)


def process_due(*, now: datetime | None = None) -> int:
    """Process the deliveries whose time has come, oldest first; returns how many. For a worker."""
    done = 0
    while (delivery := _claim(now or timezone.now())) is not None:
        if delivery.state == Delivery.State.RECEIVED:
            process(delivery=delivery, patience_ms=PATIENCE_OF_WORKER_MS)
        done += 1
    return done


def _claim(now: datetime) -> Delivery | None:
    """Take one due delivery from under other workers' hands; one that killed its process each time is failed.

    Only one: whoever takes several and is killed by the first would use up the others' attempts, too.
    """
    due = Delivery.objects.filter(state=Delivery.State.RECEIVED, next_try_at__lte=now).order_by("next_try_at", "id")
    with transaction.atomic():
        row = due.select_for_update(skip_locked=True, of=("self",)).select_related("connection").first()
        if row is None:
            return None
        if row.attempts >= MAX_ATTEMPTS:
            reason = row.error or "The process that worked on it ended before it was done, each time."
            finish(row, Delivery.State.FAILED, reason)
        else:
            row.attempts += 1
            row.next_try_at = now + LEASE
            row.save(update_fields=["attempts", "next_try_at"])
    return row


def find_outcome(connection: Connection, parsed: Parsed, find: calls.Find) -> Outcome:
    """What the vendor may use to answer the question in this message, if it asks one."""
    if parsed.asks_about is None:
        return Outcome()
    contacts: list[ContactCard] = find(parsed.asks_about) if parsed.asks_about.raw else []
    responsible = {card.responsible_id for card in contacts if card.responsible_id}
    extension = ""
    if len(responsible) == 1:  # Several contacts with different people in charge: nobody is preferred silently.
        phones = Extension.objects.filter(connection=connection, user_id__in=responsible).exclude(number="")
        extension = phones.order_by("number").values_list("number", flat=True).first() or ""
    return Outcome(contacts=tuple(contacts), responsible_extension=extension)


def _apply(delivery: Delivery, parsed: Parsed, find: calls.Find, patience_ms: int) -> tuple[calls.Change, ...]:
    connection = delivery.connection
    if not parsed.events:
        finish_parsed(delivery, parsed)
        return ()
    with transaction.atomic():
        names = [name for event in parsed.events for name in correlation.lock_names(connection=connection, event=event)]
        locks.take(names=names, patience_ms=patience_ms)
        changes = tuple(
            calls.apply_event(connection=connection, event=event, delivery=delivery, find=find)
            for event in parsed.events
        )
        finish_parsed(delivery, parsed)
    return changes


def finish_parsed(delivery: Delivery, parsed: Parsed) -> None:
    """The delivery was read and its events are applied: note that, and why it changed nothing if so."""
    state = Delivery.State.IGNORED if parsed.ignored else Delivery.State.APPLIED
    finish(delivery, state, parsed.ignored, needs_attention=parsed.needs_attention)


def finish(delivery: Delivery, state: Delivery.State, reason: str, *, needs_attention: bool = False) -> None:
    """The delivery is done with: nothing happens to it any more unless somebody replays it."""
    delivery.state = state
    delivery.error = safe_text(reason, delivery.connection)
    delivery.needs_attention = needs_attention
    delivery.next_try_at = None
    delivery.processed_at = timezone.now()
    delivery.save(update_fields=["state", "error", "needs_attention", "next_try_at", "processed_at"])


def _try_again(delivery: Delivery, error: Exception) -> Delivery.State:
    """Note the error; the next attempt comes after a pause, or never after the last."""
    reason = safe_text(f"{type(error).__name__}: {error}", delivery.connection)
    log.warning("Delivery %s: attempt %s failed: %s", delivery.pk, delivery.attempts, reason)
    delivery.state, delivery.next_try_at = Delivery.State.RECEIVED, None
    if delivery.attempts >= MAX_ATTEMPTS:
        delivery.state = Delivery.State.FAILED
    else:
        delivery.next_try_at = timezone.now() + PAUSES[max(delivery.attempts, 1) - 1]
    delivery.error = reason
    try:
        delivery.save(update_fields=["state", "error", "next_try_at"])
    except AnyDatabaseError:
        # Its lease runs out by itself, and a worker takes it then.
        log.warning("Delivery %s: its error could not be noted.", delivery.pk)
    return Delivery.State(delivery.state)


def safe_text(text: str, connection: Connection) -> str:
    """The text without this connection's secrets and what no database stores, cut to a readable length."""
    if not text:
        return ""  # Of most deliveries there is nothing to say, and the secrets need not be looked for.
    return fields.storable(hide_secrets(hide_values(text, connection.secret_values())))[:2000]
