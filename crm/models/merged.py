"""Contacts that were merged into others: their old addresses still lead somewhere."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.contact import Contact


class MergedContact(models.Model):
    """One contact that is now a part of another. Holds no name and no number."""

    old_id = models.BigIntegerField(_("former id"), unique=True, help_text=_("The id of the contact that is gone."))
    contact = models.ForeignKey(
        Contact,
        models.CASCADE,
        related_name="merged",
        verbose_name=_("contact"),
        help_text=_("Which contact it is a part of now."),
    )
    at = models.DateTimeField(_("when"), auto_now_add=True, help_text=_("When they were merged."))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by whom"),
        help_text=_("Who merged them."),
    )
    moved = models.JSONField(
        _("moved"), default=dict, help_text=_("How many calls, numbers, notes, tasks and tags followed.")
    )

    class Meta:
        verbose_name = _("merged contact")
        verbose_name_plural = _("merged contacts")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"#{self.old_id}"
