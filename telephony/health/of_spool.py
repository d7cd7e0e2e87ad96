"""What came while the database was away: on this machine, whoever looks."""

from __future__ import annotations

import shutil
from datetime import datetime

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext

from telephony import conf
from telephony.health.finding import Findings, finding
from telephony.intake.spool import files
from telephony.ui.presentation import length

SPOOL_LATE = 30
"""Seconds."""
LITTLE = 10_000_000
"""Bytes; where the setting allows less than ten times as much, a tenth of it."""


def spool(now: datetime) -> Findings:
    size = files.size()
    if size.files and size.oldest_seconds > SPOOL_LATE:
        text = gettext(
            "Messages that came while the database was away wait to be stored: %(size)s, the oldest for %(oldest)s. "
            "Start a worker on that machine, or run manage.py spool --drain there."
        )
        yield finding("spool_waits", text % {"size": filesizeformat(size.bytes), "oldest": length(size.oldest_seconds)})
    if size.damaged:
        text = gettext(
            "%(count)d files of messages that came while the database was away are damaged: what could be read is "
            "stored. Look at the disk, and delete them from the folder of the spool."
        )
        yield finding("spool_damaged", text % {"count": size.damaged})


def room(now: datetime) -> Findings:
    """Whether there is any for what comes while the database is away. This asks no database."""
    place = files.folder()
    if place is None:
        return
    there = next(path for path in (place, *place.absolute().parents) if path.exists())
    most = conf.spool_megabytes() * files.MEGABYTE
    left = max(min(shutil.disk_usage(there).free, most - files.size().bytes), 0)
    if left < min(LITTLE, most // 10):
        text = gettext(
            "What PBXs send while the database is away has only %(room)s left on the disk: without room they are "
            "refused (503). Make room where SPOOL_DIR is, or raise TELEPHONY_SPOOL_MEGABYTES."
        )
        yield finding("spool_full", text % {"room": filesizeformat(left)})
