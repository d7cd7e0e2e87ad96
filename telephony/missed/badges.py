"""The small number in the menu."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from telephony.calls import access
from telephony.missed.selectors import MOST_COUNTED, to_do


def may_see(request: HttpRequest) -> bool:
    """For the menu."""
    return access.seeing(request.user) is not access.Scope.NOTHING


def clients_to_call(request: HttpRequest) -> str:
    """How many clients one has to call back, with the overdue ones of one's team; empty for none."""
    if not request.user.is_authenticated:
        return ""
    count = sum(to_do(request.user, timezone.now()))
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count or "")
