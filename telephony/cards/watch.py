"""Whether sessions that have a stream still hold: all of a process are looked at together, and seldom."""

from __future__ import annotations

import time
from collections.abc import Collection
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone

if TYPE_CHECKING:
    from telephony.cards.hub import Stream

LOOK_SECONDS = 10.0


class Watch:
    """Makes streams doubt their session: each looks for itself only then, which costs 50 times as much."""

    def __init__(self) -> None:
        self._look_at = 0.0

    def look(self, streams: Collection[Stream]) -> None:
        """Look at the sessions of these, if it is time."""
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + LOOK_SECONDS
        watched = [stream for stream in streams if stream.session[0]]
        marks = marks_of({stream.session for stream in watched})
        for stream in watched:
            mark = marks.get(stream.session, stream.mark)
            if mark != stream.mark or not mark:
                with suppress(RuntimeError):  # Its loop has been closed.
                    stream.loop.call_soon_threadsafe(stream.doubt)
            stream.mark = mark


def marks_of(sessions: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Of many sessions and their users at once: what is another as soon as the session is no more its user's.

    Empty for who logged out or is not active any more. Needs sessions in the database; elsewhere nothing is found.
    """
    store = import_module(settings.SESSION_ENGINE).SessionStore
    if not sessions or not hasattr(store, "get_model_class"):
        return {}
    keys, users = {key for key, _ in sessions}, {user for _, user in sessions}
    known = store.get_model_class().objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    open_keys = set(known.values_list("session_key", flat=True))
    people = get_user_model()._default_manager.in_bulk(users)
    marks = {pk: user.get_session_auth_hash() for pk, user in people.items() if user.is_active}
    return {(key, user): marks.get(user, "") if key in open_keys else "" for key, user in sessions}
