"""What is known of a connection, read once for all who look at it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from telephony.call_log.dashboard import connections_with_health
from telephony.health.usual import Usual, usual_of
from telephony.models import Connection, Delivery, StrayRequests

RECENT = timedelta(days=1)
MOST = 500
"""So many of the latest messages are looked at."""
MOST_COUNTED = 20_000
"""So many of an hour's are counted."""
GOOD_AGAIN = 10
"""Messages without a trouble, after which it is over."""


@dataclass(frozen=True, slots=True)
class Message:
    """One of the latest."""

    received_at: datetime
    processed_at: datetime | None
    state: str
    error: str
    needs_attention: bool
    attempts: int
    method: str
    traceback: bool
    """Whether one is kept: it was a fault of ours."""

    @property
    def answer_seconds(self) -> float | None:
        """Until it was done with, in the request that brought it; None of what a worker did."""
        if self.processed_at is None or self.attempts != 1 or self.state == Delivery.State.REFUSED:
            return None
        return (self.processed_at - self.received_at).total_seconds()

    @property
    def is_trouble(self) -> bool:
        return self.needs_attention or self.state in (Delivery.State.FAILED, Delivery.State.REFUSED)


@dataclass(frozen=True, kw_only=True)
class Known:
    connection: Connection
    now: datetime
    last_received_at: datetime | None
    messages: Sequence[Message]
    """Of the last day, the latest first; MOST at most."""
    messages_of_hour: int = 0
    """How many came within the last hour."""
    stray: Sequence[StrayRequests] = field(default_factory=list)
    """Requests of the last day that its PBX seems to have sent to an address that is none."""

    @cached_property
    def troubles(self) -> dict[str, list[Message]]:
        """Messages of the last day with which something was wrong, by what; those that are over are left out."""
        found: dict[str, list[Message]] = {}
        good = 0
        for message in self.messages:
            if not message.is_trouble:
                good += 1
            elif good < GOOD_AGAIN:
                found.setdefault(message.error, []).append(message)
        return found

    @cached_property
    def usual(self) -> Usual:
        return usual_of(self.connection, now=self.now, last=self.last_received_at)

    @cached_property
    def answer_seconds(self) -> list[float]:
        """From the quickest to the slowest."""
        return sorted(seconds for one in self.messages if (seconds := one.answer_seconds) is not None)

    @cached_property
    def answers_of_hour(self) -> list[float]:
        """The same, of the last hour."""
        lately = [one for one in self.messages if one.received_at > self.now - timedelta(hours=1)]
        return sorted(seconds for one in lately if (seconds := one.answer_seconds) is not None)

    def answered_within(self, share: float, *, of: Sequence[float] | None = None) -> float | None:
        """Seconds within which so many of its messages (or of these) were answered; None where none was."""
        times = self.answer_seconds if of is None else of
        return times[min(len(times) - 1, int(share * len(times)))] if times else None


def known_of(connections: Sequence[int] | None = None, *, now: datetime) -> list[Known]:
    """Of these connections; None: of all."""
    rows: QuerySet[Any] = connections_with_health().order_by("name", "pk")
    if connections is not None:
        rows = rows.filter(pk__in=connections)
    stray = list(StrayRequests.objects.filter(last_at__gt=now - RECENT))
    return [
        _known(row, now, [one for one in stray if one.connection_key == row.pk or _may_be_its(one, row)])
        for row in rows
    ]


def _known(row: Any, now: datetime, stray: Sequence[StrayRequests]) -> Known:
    latest = _latest_messages(row)
    # What is stored last need not have come last: a history that is written in is old.
    came = [message.received_at for message in latest]
    if row.last_received_at is not None:
        came.append(row.last_received_at)
    return Known(
        connection=row,
        now=now,
        last_received_at=max(came, default=None),
        messages=[message for message in latest if message.received_at > now - RECENT],
        messages_of_hour=_count_since(row, latest, now - timedelta(hours=1)),
        stray=stray,
    )


def _may_be_its(stray: StrayRequests, connection: Connection) -> bool:
    return not stray.connection_key and stray.vendor == connection.vendor


def _latest_messages(connection: Connection) -> list[Message]:
    rows = Delivery.objects.filter(connection=connection).order_by("-id")
    columns = ("received_at", "processed_at", "state", "error", "needs_attention", "attempts", "method", "traceback")
    return [
        Message(**{**dict(zip(columns, row, strict=True)), "traceback": bool(row[-1])})
        for row in rows.values_list(*columns)[:MOST]
    ]


def _count_since(connection: Connection, latest: Sequence[Message], since: datetime) -> int:
    times: Iterable[datetime] = (message.received_at for message in latest)
    if len(latest) == MOST and latest[-1].received_at > since:
        rows = Delivery.objects.filter(connection=connection).order_by("-id")
        times = rows.values_list("received_at", flat=True)[:MOST_COUNTED]
    return sum(1 for received_at in times if received_at > since)
