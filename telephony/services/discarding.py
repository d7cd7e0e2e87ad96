"""Deletes the files that no recording has any more (telephony/models/discarded.py)."""

from __future__ import annotations

import logging

from django.db.models import Q

from telephony.models import DiscardedFile, Recording
from telephony.models.recording import recordings_storage

log = logging.getLogger(__name__)

MOST_AT_ONCE = 10_000


def remove_discarded() -> int:
    """Delete what is noted for deletion; returns how many files went. What can't be deleted now stays noted."""
    storage = recordings_storage()
    removed = 0
    for row in DiscardedFile.objects.order_by("pk")[:MOST_AT_ONCE]:
        # A recording that is fetched again may get the same name: then the file is in use.
        if not Recording.objects.filter(Q(file=row.name) | Q(playable=row.name)).exists():
            try:
                storage.delete(row.name)
            except Exception as error:  # Whatever a storage raises.
                log.warning("A discarded file can't be deleted now: %s", type(error).__name__)
                continue
            removed += 1
        row.delete()
    return removed
