"""Tells browsers that something changed for them: rows that every web process reads (cards/hub.py).

The rows are committed with the change itself. On PostgreSQL their readers are woken at the commit; elsewhere the one in
the same process is, and others look several times a second. Nothing here talks to a broker: a PBX waits for the answer
meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.utils import timezone

from telephony.database.instances import new_row
from telephony.database.writing import Writes
from telephony.models import Call, LiveEvent

CHANNEL = "telephony_live"
"""Of notifications: PostgreSQL's, or this process's."""
KEPT = timedelta(hours=1)
"""A browser that was away for longer reads everything anew."""
OLD = timedelta(hours=1)
"""What happened to a call that ended so long ago is on nobody's desk."""


def publish(*, users: Iterable[int], content: Mapping[str, object], board: bool = False) -> None:
    """Tell these users' browsers to read their cards anew and, with `board`, whoever sees the board, too.

    `content` holds row numbers only. Needs the transaction of the change, if there is one.
    """
    writes = Writes()
    add(writes, users=users, content=content, board=board)
    writes.write()


def add(writes: Writes, *, users: Iterable[int], content: Mapping[str, object], board: bool = False) -> None:
    """As `publish`, with what else is written."""
    now = timezone.now()
    rows = [
        new_row(LiveEvent, at=now, user_id=user, topic=LiveEvent.Topic.CARDS, content=dict(content))
        for user in sorted(users)
    ]
    if board:
        rows.append(new_row(LiveEvent, at=now, topic=LiveEvent.Topic.BOARD))
    if rows:
        writes.insert(*rows)
        writes.wake(CHANNEL)


def publish_canary(content: Mapping[str, object]) -> None:
    """What became of a canary call's message, for the stream that waits for it and for no browser."""
    writes = Writes()
    writes.insert(LiveEvent(at=timezone.now(), topic=LiveEvent.Topic.CANARY, content=dict(content)))
    writes.wake(CHANNEL)
    writes.write()


def tell_of_call(*, writes: Writes, call: Call, users: Iterable[int]) -> None:
    """A call changed that these users have, or had, a card of."""
    if call.ended_at is not None and call.ended_at < timezone.now() - OLD:
        return
    add(writes, users=users, content={"call": call.pk}, board=True)


def sweep(*, now: datetime | None = None) -> int:
    """Delete rows that no browser comes back for; returns how many."""
    return LiveEvent.objects.filter(at__lt=(now or timezone.now()) - KEPT).delete()[0]
