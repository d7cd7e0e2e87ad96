"""Who works on a row: claimed for the length of a lease, renewed while the work goes on, released with its result."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import Count, Min, Model, Q, QuerySet
from django.utils import timezone

from telephony.jobs.pauses import Pauses
from telephony.jobs.runs import Run

Row = TypeVar("Row", bound=Model)


class LeaseLost(Exception):
    """The row is somebody else's by now, or is no more: whoever worked on it has to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue(Generic[Row]):
    """How the rows of one model are worked off. The model has a column `next_try_at`: null for what is never due."""

    model: type[Row]
    lease: timedelta
    """Whoever claimed a row and gave no sign of life for so long is taken for dead."""
    due: Q = field(default_factory=Q)
    """What else, beside `next_try_at`, makes a row one that is to be worked on."""
    related: tuple[str, ...] = ()
    """Fetched together with a claimed row, as for `select_related`."""
    pauses: Pauses = field(default_factory=Pauses)
    counts_claims: bool = True
    """Whether claiming a row counts as an attempt, in its column `attempts`. If not, whoever claims it may count."""
    leased_state: str = ""
    """What the column `state` says while somebody works on a row, if it says that at all; `due` has to include it."""
    token: str = ""
    """The column that names the lease. Without one, a holder whose lease ran out still writes what it found."""

    def claim(
        self,
        *,
        now: datetime | None = None,
        where: Q | None = None,
        exhausted: Callable[[Row], None] | None = None,
    ) -> Row | None:
        """Lease the row that has been due longest, among those that fit `where`; None if there is none.

        Only one, so that who is killed by it uses up nobody else's attempts. `exhausted` is called, in the
        transaction that has locked it, with a row whose every attempt ended with the death of its process: it has
        to release the row for good. Without it, such a row is tried for ever.
        """
        now = now or timezone.now()
        while True:
            with transaction.atomic():
                row = self._lockable(now, where).first()
                if row is None:
                    return None
                if exhausted is None or not self._is_exhausted(row):
                    self._lease([row], now)
                    return row
                exhausted(row)

    def claims(
        self,
        *,
        now: datetime | None = None,
        where: Q | None = None,
        exhausted: Callable[[Row], None] | None = None,
        run: Run | None = None,
    ) -> Iterator[Row]:
        """Claim row after row until none is due, or the run is over. Whoever stops in between holds none that it does
        not work on."""
        run = run or Run()
        while run.goes_on() and (row := self.claim(now=now, where=where, exhausted=exhausted)) is not None:
            yield row

    def claim_alike(self, column: str, *, limit: int, now: datetime | None = None, where: Q | None = None) -> list[Row]:
        """Lease the row that has been due longest, and other due ones with the same value in `column`, `limit` in all.

        For work that serves many rows at once. Longest due first; empty if none is due.
        """
        now = now or timezone.now()
        with transaction.atomic():
            due = self._lockable(now, where)
            first = due.first()
            if first is None:
                return []
            rows = list(due.filter(**{column: getattr(first, column)})[:limit])
            self._lease(rows, now)
        return rows

    def waiting(self, *, now: datetime | None = None) -> tuple[int, datetime | None]:
        """How many rows are due, and since when the first one is. Nothing is claimed."""
        rows = self.model._default_manager.filter(self.due, next_try_at__lte=now or timezone.now())
        found = rows.aggregate(count=Count("pk"), since=Min("next_try_at"))
        return found["count"], found["since"]

    def renew(self, row: Row, **values: object) -> None:
        """Say that the work goes on, and write these values along. Raises LeaseLost, and nothing was written then."""
        if not self.write(row, next_try_at=timezone.now() + self.lease, **values):
            raise LeaseLost(f"{self.model.__name__} {row.pk}")

    def renew_tokens(self, tokens: Collection[str]) -> set[str]:
        """The same for several by their tokens, for queues that have some; returns those that are lost."""
        held = self._held_by(tokens)
        if held.update(next_try_at=timezone.now() + self.lease) == len(tokens):
            return set()
        return set(tokens) - set(held.values_list(self.token, flat=True))

    def live_tokens(self, tokens: Collection[str]) -> set[str]:
        """Those of the tokens whose lease has not run out."""
        held = self._held_by(tokens).filter(next_try_at__gt=timezone.now())
        return set(held.values_list(self.token, flat=True))

    def write(self, row: Row, **values: object) -> bool:
        """Write to a row that was claimed; False if its lease is somebody else's by now, and nothing was written.

        The lease itself stays as it is.
        """
        held = self.model._default_manager.filter(pk=row.pk)
        if self.token:
            held = self._held_by([getattr(row, self.token)]).filter(pk=row.pk)
        if not held.update(**values):
            return False
        for name, value in values.items():
            setattr(row, name, value)
        return True

    def release(self, row: Row, *, at: datetime | None, **values: object) -> bool:
        """End the lease with these values: the row is due again at this moment, or never.

        False if the lease is somebody else's by now, and nothing was written.
        """
        if self.token:
            values[self.token] = ""
        return self.write(row, next_try_at=at, **values)

    def retry(self, row: Row, *, at_most: timedelta | None = None, **values: object) -> bool:
        """After a failure: release the row until the pause after so many `attempts` as it counts is over.

        `at_most`: a shorter pause, where the row is not what failed.
        False if that was the last one. Nothing was written then: say what becomes of the row with `release`.
        """
        pause = self.pauses.after(_attempts(row))
        if pause is None:
            return False
        self.release(row, at=timezone.now() + (pause if at_most is None else min(pause, at_most)), **values)
        return True

    def give_back(self, row: Row, *, at: datetime | None = None, **values: object) -> bool:
        """Release the row as if it had not been claimed: whoever looks next, or at this moment, takes it."""
        if self.counts_claims:
            values["attempts"] = max(_attempts(row) - 1, 0)
        return self.release(row, at=at or timezone.now(), **values)

    def _lockable(self, now: datetime, where: Q | None) -> QuerySet[Row]:
        """The due rows that nobody else has locked; evaluating it locks what it brings. Needs a transaction."""
        rows = self.model._default_manager.filter(self.due, where or Q(), next_try_at__lte=now)
        rows = rows.order_by("next_try_at", "pk").select_for_update(skip_locked=True, of=("self",))
        return rows.select_related(*self.related) if self.related else rows

    def _is_exhausted(self, row: Row) -> bool:
        if self.leased_state and vars(row)["state"] != self.leased_state:
            return False  # Its latest attempt came to an end.
        return self.pauses.max_attempts is not None and _attempts(row) >= self.pauses.max_attempts

    def _lease(self, rows: Sequence[Row], now: datetime) -> None:
        columns: set[str] = set()
        for row in rows:
            values: dict[str, Any] = {"next_try_at": now + self.lease}
            if self.counts_claims:
                values["attempts"] = _attempts(row) + 1
            if self.leased_state:
                values["state"] = self.leased_state
            if self.token:
                values[self.token] = secrets.token_hex(16)
            for name, value in values.items():
                setattr(row, name, value)
            columns |= values.keys()
        if len(rows) == 1:  # A fraction of the other's work, and most rows are claimed one by one.
            self.model._default_manager.filter(pk=rows[0].pk).update(**{name: vars(rows[0])[name] for name in columns})
        else:
            self.model._default_manager.bulk_update(rows, sorted(columns))

    def _held_by(self, tokens: Collection[str]) -> QuerySet[Row]:
        held = self.model._default_manager.filter(**{f"{self.token}__in": tokens})
        return held.filter(state=self.leased_state) if self.leased_state else held


def _attempts(row: Model) -> int:
    count: int = vars(row)["attempts"]
    return count
