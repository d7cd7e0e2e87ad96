"""Whose turn a recording is: claimed with a lease, which is renewed while the work goes on, and ends with it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from telephony.models import Recording
from telephony.services.recordings.schedule import PAUSES

log = logging.getLogger(__name__)

DUE_STATES = (Recording.State.EXPECTED, Recording.State.WAITING, Recording.State.FETCHING)
LEASE = timedelta(seconds=15)
"""After so long without a sign of life the holder is taken for dead. What it did meanwhile, it may not finish."""
RENEW_SECONDS = 4.0
MAX_TRIES = len(PAUSES) + 1


def claim(*, now: datetime | None = None, leave_out: Collection[int] = ()) -> Recording | None:
    """Take the recording that has been due longest from under other workers' hands, with its call and connection.

    `leave_out` are the connections that none is to be taken of. One whose worker was ended at every try is lost.
    """
    now = now or timezone.now()
    due = Recording.objects.filter(state__in=DUE_STATES, next_try_at__lte=now).order_by("next_try_at", "id")
    if leave_out:
        due = due.exclude(call__connection__in=leave_out)
    while True:
        with transaction.atomic():
            locked = due.select_for_update(skip_locked=True, of=("self",))
            recording = locked.select_related("call__connection").first()
            if recording is None:
                return None
            if recording.state != Recording.State.FETCHING or recording.attempts < MAX_TRIES:
                _take(recording, now)
                return recording
            _change(recording, state=Recording.State.LOST, reason=Recording.Reason.WORKER_ENDED, next_try_at=None)
            log.warning("Recording %s is lost: the worker that fetched it was ended each time.", recording.pk)


def _take(recording: Recording, now: datetime) -> None:
    _change(
        recording,
        state=Recording.State.FETCHING,
        attempts=recording.attempts + 1,
        lease=secrets.token_hex(16),
        next_try_at=now + LEASE,
    )


def _change(recording: Recording, **values: Any) -> None:
    for name, value in values.items():
        setattr(recording, name, value)
    recording.save(update_fields=list(values))


def renew(*, leases: Collection[str]) -> set[str]:
    """Say that the work goes on; returns the leases that are somebody else's by now, or nobody's."""
    held = Recording.objects.filter(state=Recording.State.FETCHING, lease__in=leases)
    if held.update(next_try_at=timezone.now() + LEASE) == len(leases):
        return set()
    return set(leases) - set(held.values_list("lease", flat=True))


def change_held(recording: Recording, **values: Any) -> bool:
    """Write to the recording if its lease is still ours; False if it is not, and nothing was written."""
    held = Recording.objects.filter(pk=recording.pk, lease=recording.lease, state=Recording.State.FETCHING)
    if not held.update(**values):
        return False
    for name, value in values.items():
        setattr(recording, name, value)
    return True


def give_back(recording: Recording) -> None:
    """As if it had not been claimed: whoever looks next takes it."""
    change_held(
        recording,
        state=Recording.State.WAITING,
        attempts=max(recording.attempts - 1, 0),
        lease="",
        next_try_at=timezone.now(),
    )


def live_leases(leases: Collection[str]) -> set[str]:
    """Those of the leases that somebody holds."""
    held = Recording.objects.filter(state=Recording.State.FETCHING, lease__in=leases, next_try_at__gt=timezone.now())
    return set(held.values_list("lease", flat=True))
