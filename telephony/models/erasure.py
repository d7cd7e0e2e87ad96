"""Erasures of a number that are not finished: the memory of what is still to be done."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.audit import AuditEntry
from telephony.models.encrypted import EncryptedTextField


class Erasure(models.Model):
    """One person's number that is being erased. The row goes when all is done; the journal's entry stays."""

    entry = models.OneToOneField(
        AuditEntry,
        models.CASCADE,
        related_name="erasure",
        verbose_name=_("journal entry"),
        help_text=_("Says who asked for it, and counts what was removed."),
    )
    number = EncryptedTextField(_("number"), help_text=_("What is searched for; stored encrypted, and only so long."))
    search_from = models.BigIntegerField(
        _("search from"), default=1, help_text=_("Deliveries with a smaller number were searched already.")
    )
    search_to = models.BigIntegerField(
        _("search up to"), help_text=_("The last delivery at the time: what comes later is a new fact.")
    )
    next_try_at = models.DateTimeField(_("next try"), help_text=_("When a worker may take it up."))
    lease = models.CharField(
        max_length=32, blank=True, editable=False, help_text=_("Whose turn it is: only this holder goes on with it.")
    )

    class Meta:
        verbose_name = _("unfinished erasure")
        verbose_name_plural = _("unfinished erasures")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"#{self.pk}"
