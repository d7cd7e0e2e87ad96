"""What rides in our answers to a PBX that nobody can reach, and what it tells of that later.

Who has errands is named in followers.py, by its path: nothing here imports a feature.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

from django.db import Error as DatabaseError
from django.utils.module_loading import import_string

from telephony.domain.errands import Errand, FailedOrder
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.intake.processed import Processed
from telephony.models import Connection
from telephony.privacy.tracebacks import where

log = logging.getLogger(__name__)

ErrandSource = Callable[[Connection], list[Errand]]
"""What the PBX of this connection is to do now. What is given out again is done once (each has an id)."""
OrdersFailed = Callable[[Connection, Iterable[FailedOrder]], None]


def tell_of_failed(connection: Connection, failed: Iterable[FailedOrder]) -> None:
    """In the transaction that applies the message."""
    note: OrdersFailed = import_string("telephony.followers.FAILED_ORDERS")
    note(connection, failed)


def answer_to_poll(hook: Hook, profile: ConnectionProfile, *, connection: Connection) -> Reply | None:
    """The answer to who only asks for errands; None for every other message, which is stored first.

    A poll tells nothing: while the database is away it gets no errand, and is not written down.
    """
    pbx = connection.vendor_object
    if not pbx.fetches_errands:
        return None
    try:
        return pbx.reply(hook, profile, None, Outcome(errands=_errands(connection))) if pbx.is_poll(hook) else None
    except Exception as error:
        log.error("Errands of %s could not be given out:\n%s", pbx.slug, where(error))
        return None


def _errands(connection: Connection) -> tuple[Errand, ...]:
    try:
        return _found(connection)
    except DatabaseError as error:
        log.warning("Errands could not be looked for: %s", type(error).__name__)
        return ()


def added_to(done: Processed, connection: Connection) -> Processed:
    """What became of a message, with the errands that ride in its answer. Never raises: the answer is worth more."""
    if not connection.vendor_object.fetches_errands:
        return done
    try:
        return replace(done, outcome=replace(done.outcome, errands=_found(connection)))
    except Exception as error:
        log.error("Errands could not be looked for:\n%s", where(error))
        return done


def _found(connection: Connection) -> tuple[Errand, ...]:
    sources: Iterable[ErrandSource] = import_string("telephony.followers.ERRANDS")
    return tuple(errand for source in sources for errand in source(connection))
