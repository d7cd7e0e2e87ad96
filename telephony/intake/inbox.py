"""The way of a request: stored, interpreted, applied; and what happens when that goes wrong.

`receive` commits the request before anything looks into it. `process` interprets it, in the request
while that is quick; what it could not do is left to `process_due`, which a worker calls.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.db import Error as AnyDatabaseError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from telephony.calls import apply, locate, locks
from telephony.calls.contacts import Lookup
from telephony.calls.loading import names_of_followers
from telephony.database import writing
from telephony.database.instances import new_row
from telephony.database.troubles import Trouble, trouble_of
from telephony.database.versions import Version
from telephony.database.writing import Writes
from telephony.domain.events import Parsed
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import Hook, Outcome
from telephony.intake import asked, errands, left, processed, reading
from telephony.intake.processed import Processed
from telephony.jobs import Pauses, Queue, Run
from telephony.log_context import about_delivery
from telephony.models import Connection, Delivery
from telephony.privacy.tracebacks import readable_traceback

log = logging.getLogger(__name__)

QUEUE = Queue(
    model=Delivery,
    due=Q(state=Delivery.State.RECEIVED),
    lease=timedelta(seconds=20),
    related=("connection",),
    pauses=Pauses(
        table=(timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30)),
    ),
)
LEASE_OF_REQUEST = timedelta(seconds=10)
"""A request works on its message for a second at most (views.py): after this its process is dead. A worker, which waits
for locks (locks.PATIENCE_OF_WORKER_MS) as well, has the queue's lease."""
PATIENCE_IN_REQUEST_MS = 800
PAUSE_AFTER_BUSY = timedelta(seconds=2)
"""Also after a database that went away: it counts as an attempt, since the message may be what ends its connections."""


class Outdated(Exception):
    """The connection is not as it was when it was read: nothing is stored."""


def receive(
    *,
    connection: Connection,
    hook: Hook,
    refused: str = "",
    key: UUID | None = None,
    version: Version | None = None,
    put_off: bool = False,
) -> Delivery:
    """Store the request as it came; committed on return. The caller processes it at once.

    `refused`: why its proof is a wrong one. Then nobody reads it before that is mended (refused.py).
    `key`: of this arrival, where it may be stored again (spool).
    `version`: of the connection, if that was not read for this request. Raises `Outdated` if it is another now.
    `put_off`: the caller has no time for it (rush.py); it is due at once, for whoever has.
    """
    delivery = new_delivery(connection=connection, hook=hook, refused=refused, key=key)
    if put_off:
        delivery.attempts, delivery.next_try_at = 0, hook.received_at
    if not writing.insert(delivery, version=version):
        raise Outdated
    return delivery


def new_delivery(*, connection: Connection, hook: Hook, refused: str = "", key: UUID | None = None) -> Delivery:
    """The row of this request, not stored yet."""
    return new_row(
        Delivery,
        connection=connection,
        arrival_key=key,
        received_at=hook.received_at,
        method=hook.method,
        query=hook.query,
        headers=connection.storable_headers(hook.headers),
        body=hook.body,
        remote_address=hook.remote_address,
        tail=hook.tail,
        attempts=1,
        state=Delivery.State.REFUSED if refused else Delivery.State.RECEIVED,
        error=connection.without_secrets(refused),
        needs_attention=bool(refused),
        next_try_at=None if refused else hook.received_at + LEASE_OF_REQUEST,
    )


def process(*, delivery: Delivery, hook: Hook | None = None, patience_ms: int = PATIENCE_IN_REQUEST_MS) -> Processed:
    """Interpret a stored delivery and apply it. Never raises for what the delivery holds: its row tells."""
    try:
        with about_delivery(delivery.pk):
            return _process(delivery, hook or delivery.hook(), patience_ms)
    except Exception as error:
        return Processed(state=_try_again(delivery, error))


def _process(delivery: Delivery, hook: Hook, patience_ms: int) -> Processed:
    connection = delivery.connection
    try:
        parsed = reading.read(hook, connection=connection)
    except MalformedHook as error:
        processed.finish(delivery, Delivery.State.FAILED, str(error))
        return Processed(state=Delivery.State.FAILED)
    lookup = Lookup()
    try:
        outcome = _apply(delivery, parsed, lookup, patience_ms)
    except Exception as error:
        outcome = asked.outcome_if_possible(connection, parsed, lookup)
        return Processed(state=_try_again(delivery, error), parsed=parsed, outcome=outcome)
    return Processed(state=Delivery.State(delivery.state), parsed=parsed, outcome=outcome)


def process_due(*, now: datetime | None = None, run: Run | None = None) -> int:
    """Process the deliveries whose time has come, oldest first; returns how many. For a worker.

    One that ended its process at every attempt is failed, and counts as well.
    """
    failed: list[Delivery] = []

    def fail(delivery: Delivery) -> None:
        reason = delivery.error or "The process that worked on it ended before it was done, each time."
        processed.finish(delivery, Delivery.State.FAILED, reason)
        failed.append(delivery)

    done = 0
    for delivery in QUEUE.claims(now=now, exhausted=fail, run=run):
        process(delivery=delivery, patience_ms=locks.PATIENCE_OF_WORKER_MS)
        done += 1
    return done + len(failed)


def _apply(delivery: Delivery, parsed: Parsed, lookup: Lookup, patience_ms: int) -> Outcome:
    if not parsed.events and not parsed.failed_orders:
        return _finish_and_answer(Writes(), delivery, parsed, lookup)
    with transaction.atomic():
        return apply_parsed(delivery, parsed, lookup, patience_ms, ends=True)


def apply_parsed(
    delivery: Delivery, parsed: Parsed, lookup: Lookup, patience_ms: int, *, ends: bool = False
) -> Outcome:
    """Write all that it says; what is known of whom it asks about. Needs a transaction, in which nothing follows if it
    `ends`."""
    connection, writes = delivery.connection, Writes()
    names = [name for event in parsed.events for name in locate.lock_names(connection=connection, event=event)]
    ahead = locks.taking(names=names, then=names_of_followers(connection, parsed.events), patience_ms=patience_ms)
    for event in parsed.events:
        writes.write()  # The next event finds what the one before it did.
        apply.add_event(writes, connection=connection, event=event, delivery=delivery, lookup=lookup, ahead=ahead)
        ahead = []
    errands.tell_of_failed(connection, parsed.failed_orders)
    return _finish_and_answer(writes, delivery, parsed, lookup, ends=ends)


def _finish_and_answer(
    writes: Writes, delivery: Delivery, parsed: Parsed, lookup: Lookup, *, ends: bool = False
) -> Outcome:
    question = asked.about(delivery.connection, parsed, lookup)
    processed.finish_parsed(writes, delivery, parsed)
    return question.outcome(writes.write(ends=ends, asks=question.phones))


def _try_again(delivery: Delivery, error: Exception) -> Delivery.State:
    """Note the error; the next attempt comes after a pause, or never after the last."""
    if locks.is_busy(error):
        return _wait(delivery, error)
    told = _told(delivery, error)
    words = (delivery.pk, delivery.attempts, told["error"], told["traceback"])
    log.warning("Delivery %s: attempt %s failed: %s\n%s", *words)
    state = Delivery.State.RECEIVED
    longest = PAUSE_AFTER_BUSY if trouble_of(error) is Trouble.AWAY else None
    try:
        if not QUEUE.retry(delivery, at_most=longest, state=state, **told):
            state = Delivery.State.FAILED
            QUEUE.release(delivery, at=None, state=state, **told)
    except AnyDatabaseError:
        # Its lease runs out by itself, and a worker takes it then; sooner, if the database comes back to this process.
        left.note(delivery.pk)
        log.warning("Delivery %s: its error could not be noted.", delivery.pk)
    return state


def _wait(delivery: Delivery, error: Exception) -> Delivery.State:
    """Others are at work on the same call. That is no failure: however long it takes, no attempt is used up."""
    log.info("Delivery %s waits: others are at work on its call.", delivery.pk)
    state, reason = Delivery.State.RECEIVED, delivery.connection.without_secrets(f"{type(error).__name__}: {error}")
    with suppress(AnyDatabaseError):  # Its lease runs out by itself.
        QUEUE.give_back(delivery, at=timezone.now() + PAUSE_AFTER_BUSY, state=state, error=reason)
    return state


def note_fault(delivery: Delivery, error: Exception, *, doing: str) -> None:
    """Keep the traceback of a fault of the vendor's code that costs neither the message nor its answer."""
    told = _told(delivery, error)
    log.error("Delivery %s: %s failed: %s\n%s", delivery.pk, doing, told["error"], told["traceback"])
    with suppress(AnyDatabaseError):
        Delivery.objects.filter(pk=delivery.pk).update(traceback=told["traceback"])


def _told(delivery: Delivery, error: Exception) -> dict[str, str]:
    """What is kept of an error: its text and its traceback, without the connection's secrets."""
    hide = delivery.connection.without_secrets
    return {"error": hide(f"{type(error).__name__}: {error}"), "traceback": readable_traceback(error, hide)}
