"""What people ask for: fetch it now after all; try again with the new settings."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from telephony.models import Connection, Recording

State = Recording.State
ON_DEMAND = (State.LINKED, State.EXPECTED, State.WAITING, State.LOST, State.REFUSED)
"""What may be fetched now: not what is here, on its way, or gone because its time was over."""


def fetch_now(*, recording: Recording) -> bool:
    """Let a worker fetch it within seconds, with all tries before it; False if there is nothing to fetch."""
    return bool(fetch_all_now(recordings=Recording.objects.filter(pk=recording.pk)))


def fetch_all_now(*, recordings: QuerySet[Recording]) -> int:
    """The same for several; returns how many will be fetched."""
    return _begin_anew(recordings.filter(state__in=ON_DEMAND))


def settings_changed(*, connection: Connection) -> None:
    """A connection was saved: what was refused is tried again, and where it no longer fetches, nothing is begun."""
    recordings = Recording.objects.filter(call__connection=connection)
    _begin_anew(recordings.filter(state=State.REFUSED))
    if not connection.fetch_recordings:
        not_begun = recordings.filter(state__in=[State.EXPECTED, State.WAITING])
        not_begun.update(state=State.LINKED, next_try_at=None, reason="", detail="")


def _begin_anew(recordings: QuerySet[Recording]) -> int:
    return recordings.update(
        state=State.EXPECTED, attempts=0, next_try_at=timezone.now(), reason="", detail="", lease=""
    )
