"""One at a time: the lock around everything that folds a call.

On PostgreSQL an advisory lock that ends with the transaction. On SQLite a transaction begins IMMEDIATE,
so there is never a second writer to lock out.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import OperationalError, transaction

from telephony.database import cursors
from telephony.database.together import Question
from telephony.domain.exceptions import CallBusy

PATIENCE_OF_WORKER_MS = 10_000
"""How long a worker waits for a call that another process works on; nobody waits for the worker."""
Name = str | tuple[str, int]
"""Of what is locked; with a number what is one of many of a kind, like `("missed:contact", 7)`."""


@dataclass(frozen=True, slots=True)
class Found:
    """Names of this kind, each with a number that the query finds; none for a number that is none."""

    kind: str
    numbers: Question


def take(*, names: Iterable[Name], patience_ms: int) -> None:
    """Lock these names until the transaction ends; raise `CallBusy` if others hold one for too long.

    All names of a transaction are taken at once and in one order, so two of them never wait for each other.
    """
    statements = taking(names=names, patience_ms=patience_ms)
    if statements:
        with waiting():
            cursors.run_all(statements)


def taking(*, names: Iterable[Name], patience_ms: int, then: Sequence[Name | Found] = ()) -> list[cursors.Sent]:
    """What `take` sends, for whoever sends their first question with it: the answer is of when the locks were taken,
    since each statement sees what was committed before it began. Is sent inside of `waiting`.

    `then`: names that others, too, take only when they hold those of a call; what is to be found comes last.
    """
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise RuntimeError("A lock needs a transaction to end with.")
    named = [one for one in then if not isinstance(one, Found)]
    first, more = ({_key(name) for name in some} for some in (names, named))
    keys = [*sorted(first), *sorted(more - first)]
    if connection.vendor != "postgresql" or not keys:
        return []
    calls = ", ".join(["pg_advisory_xact_lock(%s)"] * len(keys))
    at_once = f"SELECT set_config('lock_timeout', %s, true), {_ONE_PLAN}, {calls}", [f"{patience_ms}ms", *keys]
    return [at_once, *(_taking_what_is_found(one) for one in then if isinstance(one, Found))]


@contextmanager
def waiting() -> Iterator[None]:
    """Whoever waits too long for the locks that are taken in here is told so by `CallBusy`."""
    try:
        yield
    except OperationalError as error:
        if not is_busy(error):
            raise
        raise CallBusy("Another process worked on the same call for too long.") from error


def is_busy(error: Exception) -> bool:
    """Whether this says only that others hold what is needed: the names here, a row, or all of SQLite."""
    told: object = error.__cause__
    code = getattr(told, "sqlstate", None) or getattr(told, "sqlite_errorcode", None)
    return isinstance(error, CallBusy) or (isinstance(error, OperationalError) and code in _TAKEN)


_ONE_PLAN = (
    "set_config('plan_cache_mode', 'force_generic_plan', true), "
    "set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"
)
"""What is asked about a call is found by indexes, whatever the values are. With a million calls PostgreSQL would look
for another plan for each client, which takes it longer than all the rest of a message. And a plan that was made while a
table was empty, to read all of it, would be kept until the table is counted; to compile what seems dear then helps
nobody."""
_TAKEN = ("55P03", sqlite3.SQLITE_BUSY)
"""PostgreSQL's lock_not_available, and SQLite's "database is locked"."""


def _taking_what_is_found(names: Found) -> cursors.Sent:
    statement = names.numbers.query.statement("postgresql")
    numbers = f"({statement.sql}) AS found(number)"
    sql = f"SELECT pg_advisory_xact_lock(%s::bigint # number) FROM {numbers} WHERE number IS NOT NULL"  # nosec B608  # noqa: S608
    return sql, [_key(names.kind), *statement.parameters(names.numbers.values)]


def _key(name: Name) -> int:
    """PostgreSQL can do the last step by itself (`_taking_what_is_found`)."""
    if isinstance(name, tuple):
        kind, number = name
        return _key(kind) ^ number
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
