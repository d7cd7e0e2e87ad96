"""What a PBX's messages tell of its clock."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LearnedClock(models.Model):
    """Columns of a connection, written by telephony/connections/clock.py."""

    clock_behind = models.FloatField(
        null=True, editable=False, help_text=_("Seconds that the PBX's clock is behind ours, as learned from messages.")
    )
    clock_quickest = models.FloatField(
        null=True, editable=False, help_text=_("The least seconds of the messages since then.")
    )
    clock_since = models.DateTimeField(null=True, editable=False, help_text=_("When counting these messages began."))
    clock_suspected = models.FloatField(
        null=True, editable=False, help_text=_("Seconds by which it is behind if it was put back just now.")
    )
    clock_suspected_since = models.DateTimeField(null=True, editable=False, help_text=_("When that was noticed."))

    class Meta:
        abstract = True
