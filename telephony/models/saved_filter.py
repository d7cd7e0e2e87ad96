"""Filters of the call log that somebody gave a name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.words import NAME


class SavedFilter(models.Model):
    """One person's named set of filters for the call log."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="saved_filters",
        verbose_name=_("user"),
        help_text=_("Whose it is; nobody else sees it."),
    )
    name = models.CharField(NAME, max_length=60, help_text=_("Like “missed today”."))
    query = models.CharField(_("filters"), max_length=1000, help_text=_("As they stand in the page's address."))

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_filter_once")]

    def __str__(self) -> str:
        return self.name
