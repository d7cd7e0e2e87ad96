"""Whose session it is, whether it still holds, and that a page of theirs is open."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.db import connections
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from telephony.calls import access
from telephony.models import DeskSettings

NOTED_EVERY = timedelta(seconds=45)


def user_of_session(session_key: str) -> Any | None:
    """The active user whose session this is; None after logging out, a new password, or deactivation."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = auth.get_user(request)
    return user if user.is_authenticated and user.is_active else None


def sees_board(user: Any) -> bool:
    """Whether more than the own calls may be seen."""
    return access.seeing(user) >= access.Scope.TEAM


def is_still(session_key: str, user_id: int, board: bool) -> bool:
    """Whether the session still is this user's, with the same right to the board. For a thread of its own."""
    try:
        user = user_of_session(session_key)
        if user is None or user.pk != user_id or sees_board(user) != board:
            return False
        note_open_page(user_id)
        return True
    finally:
        # It goes back to the pool: streams are many, and ask seldom.
        connections.close_all()


def note_open_page(user_id: int) -> None:
    """One of the user's pages is open now; written once a minute at most."""
    now = timezone.now()
    outdated = Q(seen_at=None) | Q(seen_at__lt=now - NOTED_EVERY)
    if DeskSettings.objects.filter(outdated, user_id=user_id).update(seen_at=now):
        return
    if not DeskSettings.objects.filter(user_id=user_id).exists():
        DeskSettings.objects.bulk_create([DeskSettings(user_id=user_id, seen_at=now)], ignore_conflicts=True)
