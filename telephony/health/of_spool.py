"""What came while the database was away: on this machine, whoever looks."""

from __future__ import annotations

from datetime import datetime

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext

from telephony.health.finding import Findings, finding
from telephony.intake.spool import files
from telephony.ui.presentation import length

SPOOL_LATE = 30
"""Seconds."""


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
