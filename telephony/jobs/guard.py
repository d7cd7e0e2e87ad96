"""Each row in its own guard: one bad row never stops a sweep for the others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import Error as AnyDatabaseError
from django.db.models import F, Model
from django.utils import timezone

from telephony.jobs.pauses import Pauses
from telephony.models import RowFailure
from telephony.privacy.masking import hide_secrets, readable
from telephony.privacy.tracebacks import readable_traceback

log = logging.getLogger(__name__)

KEPT = timedelta(days=30)
PAUSES = Pauses(table=(timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1)), repeats_last=True)
T = TypeVar("T")


def guarded(
    job: str, row: Model, work: Callable[[], T], *, otherwise: T, hide: Callable[[str], str] = hide_secrets
) -> T:
    """What `work` returns; `otherwise`, if it raises. Then that is logged with its traceback, and counted.

    Not for work inside a transaction: what it wrote has to be undone by its own. `hide` takes the secrets of the
    row's connection out of the texts.
    """
    try:
        return work()
    except Exception as error:
        text = f"{type(row)._meta.model_name} {row.pk}"
        trace = readable_traceback(error, hide)
        log.error("%s: %s could not be worked on:\n%s", job, text, trace)
        try:
            _count(job, text, error=readable(hide(f"{type(error).__name__}: {error}"), ()), trace=trace)
        except AnyDatabaseError:
            log.warning("%s: %s: the failure could not be counted.", job, text)
        return otherwise


def paused(job: str, model: type[Model], *, now: datetime) -> set[int]:
    """Keys of the rows at which this work failed so lately that it leaves them alone: an hour at most."""
    longest = PAUSES.table[-1]
    found = RowFailure.objects.filter(job=job, row__startswith=f"{model._meta.model_name} ", last_at__gt=now - longest)
    rows = found.values_list("row", "count", "last_at")
    return {int(row.split()[1]) for row, count, last_at in rows if last_at + (PAUSES.after(count) or longest) > now}


def _count(job: str, row: str, *, error: str, trace: str) -> None:
    now = timezone.now()
    told = {"last_at": now, "error": error, "traceback": trace}
    if not RowFailure.objects.filter(job=job, row=row).update(count=F("count") + 1, **told):
        RowFailure.objects.bulk_create([RowFailure(job=job, row=row, **told)], ignore_conflicts=True)


def forget_failures(*, now: datetime | None = None) -> int:
    """Delete what has not failed again for long; returns how many rows."""
    return RowFailure.objects.filter(last_at__lt=(now or timezone.now()) - KEPT).delete()[0]
