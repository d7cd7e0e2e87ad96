"""Small numbers in the menu."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from crm.selectors.tasks import due_today


def tasks_due(request: HttpRequest) -> str:
    """How many of one's own tasks are overdue or due today; empty for none."""
    found = due_today(request.user, timezone.now()) if request.user.is_authenticated else 0
    return "99+" if found > 99 else str(found or "")
