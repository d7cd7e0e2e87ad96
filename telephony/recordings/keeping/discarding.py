"""Deletes the files that no recording has any more (telephony/models/discarded.py)."""

from __future__ import annotations

import logging

from django.db.models import Q

from telephony.jobs import Run
from telephony.models import DiscardedFile, Recording
from telephony.models.recording import recordings_storage
from telephony.privacy.tracebacks import readable_traceback

log = logging.getLogger(__name__)

MOST_AT_ONCE = 10_000


def remove_discarded(*, run: Run | None = None) -> int:
    """Delete what is noted for deletion; returns how many files went. What can't be deleted now stays noted."""
    run = run or Run()
    storage = recordings_storage()
    removed = 0
    for row in DiscardedFile.objects.order_by("pk")[:MOST_AT_ONCE]:
        if not run.goes_on():
            break
        # A recording that is fetched again may get the same name: then the file is in use. Asked at the last moment,
        # for each file; both columns have an index.
        if not Recording.objects.filter(Q(file=row.name) | Q(playable=row.name)).exists():
            try:
                storage.delete(row.name)
            except Exception as error:  # Whatever a storage raises.
                log.warning("A discarded file can't be deleted now:\n%s", readable_traceback(error))
                continue
            removed += 1
        row.delete()
    return removed
