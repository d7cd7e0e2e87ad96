"""Waking a thread of this process at a commit: what PostgreSQL's NOTIFY does for all processes, where there is none."""

from __future__ import annotations

from threading import Event

from django.db import transaction

_told: dict[str, Event] = {}
"""By channel. One thread of a process waits for each."""


def notify(channel: str) -> None:
    """Wake who waits for this channel, when what was written is committed; at once if it is already."""
    transaction.on_commit(_event(channel).set)


def wait(channel: str, seconds: float) -> None:
    """Until something was committed since the last time, at most so long: other processes can't be heard."""
    event = _event(channel)
    event.wait(seconds)
    event.clear()


def _event(channel: str) -> Event:
    return _told.setdefault(channel, Event())
