"""The key's row is inserted first, in the transaction that then does the work: one commit, so a crash leaves neither.

Whoever comes second with the key waits at the unique index until the first one has committed (and is given its
answer) or was rolled back (and does the work itself).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, Generic, TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from telephony.models import OnceAnswer

T = TypeVar("T")

KEY = re.compile(r"[\w-]{8,64}", re.ASCII)
KEPT = timedelta(days=1)
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
_LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's lock_not_available."""


class OtherRequest(Exception):
    """The key belongs to another request: another address, or other content."""


class UnderWay(Exception):
    """The first one has not been answered yet."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request with a key."""

    user: Any
    key: str
    address: str
    body_hash: str

    @property
    def key_hash(self) -> str:
        return sha256(f"{self.user.pk}:{self.key}".encode()).hexdigest()

    @property
    def request_hash(self) -> str:
        return sha256(f"{self.address}\n{self.body_hash}".encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is kept of an answer. `keeps` is false for one that failed: its key is free again."""

    keeps: bool
    undo: bool = False
    status: int = 0
    location: str = ""
    body: str = ""


@dataclass(frozen=True, kw_only=True)
class Done(Generic[T]):
    """Either the answer to a request that was done now, or what is kept of the one that was done before."""

    fresh: T | None = None
    earlier: OnceAnswer | None = None


def do_once(*, asked: Asked, wait: float, do: Callable[[], T], tell: Callable[[T], Told]) -> Done[T]:
    """`do` unless its key was used; an answer is kept if `do` wrote something and `tell` says so.

    `wait` is in seconds. Raises OtherRequest, UnderWay, and what `do` raises; then nothing was written.
    """
    with transaction.atomic():
        claim = _claim(asked, wait)
        if claim.pk is None:
            return Done(earlier=_earlier(asked))
        with _noted_writes() as writes:
            answer = do()
        told = tell(answer)
        if told.undo:
            transaction.set_rollback(True)
        elif told.keeps and writes:
            claim.status, claim.location, claim.body = told.status, told.location, told.body
            claim.save(update_fields=["status", "location", "body"])
        else:
            claim.delete()
    return Done(fresh=answer)


def sweep() -> None:
    """Delete what is older than a day."""
    OnceAnswer.objects.filter(at__lt=timezone.now() - KEPT).delete()


def _claim(asked: Asked, wait: float) -> OnceAnswer:
    """The key's new row; one without a number if somebody had the key before."""
    claim = OnceAnswer(key_hash=asked.key_hash, request_hash=asked.request_hash, user=asked.user)
    try:
        with transaction.atomic(), _limited_wait(wait):
            claim.save(force_insert=True)
    except IntegrityError:
        claim.pk = None
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == _LOCK_NOT_AVAILABLE:
            raise UnderWay from error
        raise
    return claim


def _earlier(asked: Asked) -> OnceAnswer:
    found = OnceAnswer.objects.filter(key_hash=asked.key_hash).first()
    if found is None:  # Swept between the two statements.
        raise UnderWay
    if found.request_hash != asked.request_hash:
        raise OtherRequest
    return found


@contextmanager
def _limited_wait(seconds: float) -> Iterator[None]:
    """PostgreSQL's wait for the first one. SQLite lets one transaction write at a time: nobody waits here."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{int(seconds * 1000)}ms"])
        yield  # After an error the savepoint takes the setting back.
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])


@contextmanager
def _noted_writes() -> Iterator[list[bool]]:
    """Has an item for each statement that wrote."""
    found: list[bool] = []

    def note(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if _WRITES.match(str(sql)):
            found.append(True)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found
