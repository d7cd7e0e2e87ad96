"""Whether somebody works in the background: workers and beat say so each half minute, and pages ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection as database
from django.utils import timezone

from telephony.models import SeenProcess

EVERY_SECONDS = 30.0
LATE = timedelta(seconds=100)
"""Three times it was not said: it is not there, or has no place free to say it."""
KEPT = timedelta(days=7)
Kind = SeenProcess.Kind


def say_worker(name: str, queues: Sequence[str], code: str) -> None:
    """In a place of the worker's pool: whoever has none free is as good as dead. Never leaves a connection open."""
    try:
        _say(Kind.WORKER, name, queues=queues, code=code)
    finally:
        database.close()


def say_beat(name: str = "") -> None:
    """By a task that the beat of this name sends: it is alive, and a worker takes what it sends."""
    _say(Kind.BEAT, name)


def _say(kind: SeenProcess.Kind, name: str, *, queues: Sequence[str] = (), code: str = "") -> None:
    now = timezone.now()
    news = {"queues": list(queues), "code": code, "seen_at": now}
    if not SeenProcess.objects.filter(kind=kind, name=name, seen_at__gt=now - LATE).exists():
        news["begun_at"] = now
    SeenProcess.objects.update_or_create(kind=kind, name=name, defaults=news)


def is_anybody_there(*, now: datetime | None = None) -> bool:
    """Whether what waits for a worker will be taken up: a worker and beat were both seen lately."""
    found = SeenProcess.objects.filter(seen_at__gt=(now or timezone.now()) - LATE)
    return {Kind.WORKER, Kind.BEAT} <= set(found.values_list("kind", flat=True))


def last_seen(kind: SeenProcess.Kind) -> datetime | None:
    """When any of them last said so; None if none ever did."""
    row = SeenProcess.objects.filter(kind=kind).order_by("-seen_at").first()
    return row.seen_at if row else None


def beats_at_once(*, now: datetime | None = None) -> list[str]:
    """Names of those that run beside one another; one that took over from another is not among them."""
    rows = SeenProcess.objects.filter(kind=Kind.BEAT, seen_at__gt=(now or timezone.now()) - LATE)
    living = [(row.begun_at, row.seen_at, row.name) for row in rows if row.begun_at]
    if not living:
        return []
    # The last word of one that ended may be taken from the queue so much later: then it expires.
    taken_over = max(begun for begun, _, _ in living) + timedelta(seconds=EVERY_SECONDS)
    beside = sorted(name for _, seen, name in living if seen > taken_over)
    return beside if len(beside) > 1 else []


def workers_of_other_code(code: str, *, now: datetime | None = None) -> list[str]:
    """Names of living workers that began with other code; one that does not say is from before they said it."""
    living = SeenProcess.objects.filter(kind=Kind.WORKER, seen_at__gt=(now or timezone.now()) - LATE)
    return sorted(living.exclude(code=code).values_list("name", flat=True))


def queues_without_worker(queues: Sequence[str], *, now: datetime | None = None) -> list[str]:
    """Those of these queues that no living worker takes work from."""
    living = SeenProcess.objects.filter(kind=Kind.WORKER, seen_at__gt=(now or timezone.now()) - LATE)
    taken = {queue for row in living for queue in row.queues}
    return [queue for queue in queues if queue not in taken]


def sweep(*, now: datetime | None = None) -> int:
    """Forget processes that are gone for long; returns how many."""
    return SeenProcess.objects.filter(seen_at__lt=(now or timezone.now()) - KEPT).delete()[0]
