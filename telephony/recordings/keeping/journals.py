"""How long journals are kept: what was done is a fact for years, and not for ever."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from telephony import conf
from telephony.jobs import Run
from telephony.models import AuditEntry, Exported, Listening

ROWS_IN_BATCH = 500


def expire_journals(*, now: datetime | None = None, run: Run | None = None) -> int:
    """Delete old rows of the journals of exports, of listening and of deletions; returns how many.

    That a number was erased is known for ever: whoever restores a backup has to know it.
    """
    now, run = now or timezone.now(), run or Run()
    deletions = AuditEntry.objects.exclude(action=AuditEntry.Action.NUMBER_ERASED)
    kept: list[tuple[QuerySet[Any], int]] = [
        (Exported.objects.all(), conf.keep_journals_days()),
        (Listening.objects.all(), conf.keep_audit_days()),
        (deletions, conf.keep_audit_days()),
    ]
    return sum(_delete(rows, now - timedelta(days=days), run) for rows, days in kept if days)


def _delete(rows: QuerySet[Any], before: datetime, run: Run) -> int:
    """In batches, each committed by itself."""
    old, gone = rows.filter(at__lt=before).order_by("pk"), 0
    while run.goes_on() and (batch := list(old.values_list("pk", flat=True)[:ROWS_IN_BATCH])):
        rows.model._default_manager.filter(pk__in=batch).delete()
        gone += len(batch)
    return gone
