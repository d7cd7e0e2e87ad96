"""Work that is due: how many rows of each kind wait for a worker, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from telephony.after_call import acting, mailing
from telephony.call_log.exports import writing
from telephony.erasure import work as erasure
from telephony.health import alarm_mails
from telephony.intake import inbox
from telephony.jobs import Queue
from telephony.outgoing import delivery
from telephony.reconcile import asking, pulling
from telephony.recordings.fetching import claiming
from telephony.reports import rejudging
from telephony.summary.mail import sending

QUEUES: Mapping[str, Queue[Any]] = {
    "messages": inbox.QUEUE,
    "recordings": claiming.QUEUE,
    "webhooks": delivery.QUEUE,
    "rules": acting.QUEUE,
    "rule_mails": mailing.QUEUE,
    "questions": asking.QUEUE,
    "lists": pulling.QUEUE,
    "exports": writing.QUEUE,
    "report_mails": sending.QUEUE,
    "alarm_mails": alarm_mails.QUEUE,
    "hours": rejudging.QUEUE,
    "erasures": erasure.QUEUE,
}
"""By the names that figures give them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    name: str
    count: int
    oldest_seconds: float
    """How long the row is due that has been so longest; 0 if none is."""


def waiting_work(*, now: datetime | None = None) -> list[Waiting]:
    """Of every kind of work, also where nothing waits."""
    now = now or timezone.now()
    found = []
    for name, queue in QUEUES.items():
        count, since = queue.waiting(now=now)
        found.append(Waiting(name=name, count=count, oldest_seconds=(now - since).total_seconds() if since else 0.0))
    return found
