"""What a PBX that nobody can reach is given when it asks what it is to do, and what it tells of that later.

Who has errands is named in followers.py, by its path: nothing here imports a feature.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from django.db import Error as DatabaseError
from django.utils.module_loading import import_string

from telephony.domain.errands import Errand, FailedOrder
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
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
    """The answer to who only asks for errands; None if that fails: then it is a message like any other.

    A poll tells nothing: while the database is away it gets no errand, and is not written down.
    """
    pbx = connection.vendor_object
    try:
        return pbx.reply(hook, profile, None, Outcome(errands=_errands(connection)))
    except Exception as error:
        log.error("Errands of %s could not be given out:\n%s", pbx.slug, where(error))
        return None


def _errands(connection: Connection) -> tuple[Errand, ...]:
    try:
        return _found(connection)
    except DatabaseError as error:
        log.warning("Errands could not be looked for: %s", type(error).__name__)
        return ()


def _found(connection: Connection) -> tuple[Errand, ...]:
    sources: Iterable[ErrandSource] = import_string("telephony.followers.ERRANDS")
    return tuple(errand for source in sources for errand in source(connection))
