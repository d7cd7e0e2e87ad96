"""Whose turn a recording is: claimed under a lease that is renewed while the work goes on, and ends with it."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q

from telephony.jobs import Queue
from telephony.models import Recording
from telephony.recordings.fetching.schedule import PAUSES

log = logging.getLogger(__name__)

QUEUE = Queue(
    model=Recording,
    due=Q(state__in=(Recording.State.EXPECTED, Recording.State.WAITING, Recording.State.FETCHING)),
    lease=timedelta(seconds=15),
    related=("call__connection",),
    pauses=PAUSES,
    leased_state=Recording.State.FETCHING,
    token="lease",  # noqa: S106  (a column's name)
)
RENEW_SECONDS = 4.0


def claim(*, now: datetime | None = None, leave_out: Collection[int] = ()) -> Recording | None:
    """Lease the recording that has been due longest, with its call and connection; None if none is due.

    `leave_out` are the connections that none is to be taken of. One whose worker was ended at every try is lost.
    """
    where = ~Q(call__connection__in=leave_out) if leave_out else None
    return QUEUE.claim(now=now, where=where, exhausted=_lose)


def _lose(recording: Recording) -> None:
    QUEUE.release(recording, at=None, state=Recording.State.LOST, reason=Recording.Reason.WORKER_ENDED)
    log.warning("Recording %s is lost: the worker that fetched it was ended each time.", recording.pk)


def give_back(recording: Recording) -> None:
    """As if it had not been claimed: whoever looks next takes it."""
    QUEUE.give_back(recording, state=Recording.State.WAITING)
