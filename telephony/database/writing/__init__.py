"""Rows of one change, written together.

Whoever has something to write about a change adds it here; nothing is written before `write`. PostgreSQL gets all of
it as one statement (postgresql.py), other databases get one for each table (others.py). Rows are found and locked
before: here nothing is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Model

from telephony.database.together import Answers, Question
from telephony.database.versions import Version
from telephony.database.writing import others, postgresql
from telephony.database.writing.parts import Deleted, Inserted, Part, Updated


@dataclass(slots=True)
class Writes:
    """What is to be written. No row may be named twice: all parts see the tables as they were before."""

    parts: list[Part] = field(default_factory=list)
    channel: str = ""

    def insert(self, *rows: Model, unique: Sequence[str] = (), columns: Sequence[str] = ()) -> None:
        """New rows of one model. Where there is one with the same `unique` fields, these `columns` of it are
        written, if any."""
        if rows:
            self.parts.append(Inserted(type(rows[0]), rows, tuple(unique), tuple(columns)))

    def insert_with_key(self, row: Model) -> None:
        """A new row whose key the database gave beforehand (database/together.py)."""
        self.parts.append(Inserted(type(row), (row,), (), (), has_key=True))
        row._state.adding = False

    def update(self, model: type[Model], where: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Rows that are there. `where` has conditions as of `filter`: equal, `__in` or `__isnull`."""
        self.parts.append(Updated(model, where, values))

    def delete(self, model: type[Model], where: Mapping[str, Any]) -> None:
        """Rows that nothing hangs on."""
        self.parts.append(Deleted(model, where))

    def wake(self, channel: str) -> None:
        """Who listens there hears of it at the commit: on PostgreSQL all processes, elsewhere this one."""
        self.channel = channel

    def write(self, *, ends: bool = False, asks: Sequence[Question] = ()) -> Answers:
        """Write all of it, in the transaction of the change; then this is empty again.

        `ends`: nothing follows in the block of this transaction, which may be committed at once. `asks`: what somebody
        wants to know besides, as it was before.
        """
        parts, channel = self.parts, self.channel
        self.parts, self.channel = [], ""
        if not parts:
            return Answers()
        answers: Answers = _hand().write(parts, channel, ends, asks)
        return answers


def insert(row: Model, *, version: Version | None = None) -> bool:
    """Write a new row at once, because others will name its key.

    With a version, only if that other row is still as it was; returns whether it is.
    """
    written: bool = _hand().insert(row, version)
    return written


def _hand() -> Any:
    return postgresql if connection.vendor == "postgresql" else others
