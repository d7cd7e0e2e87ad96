"""What a PBX said of its own set-up when it was last asked."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.connection import Connection


class PbxCheck(models.Model):
    """The latest answer; telephony/connections/drift.py asks, and has the words."""

    connection = models.OneToOneField(
        Connection,
        models.CASCADE,
        primary_key=True,
        related_name="check_of_pbx",
        verbose_name=_("connection"),
        help_text=_("At which PBX."),
    )
    checked_at = models.DateTimeField(help_text=_("When it was asked."))
    findings = models.JSONField(default=list, help_text=_("What differs: a code, and what it is about."))
    error = models.TextField(blank=True, help_text=_("Why it did not tell, in words."))

    class Meta:
        verbose_name = _("check of a PBX")
        verbose_name_plural = _("checks of PBXs")

    def __str__(self) -> str:
        return f"{self.connection_id}: {self.checked_at}"
