"""The journal of what left the application in bulk: files, and what programs read through the API."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Exported(models.Model):
    """One file, or what one person's programs read of one kind within an hour."""

    class Way(models.TextChoices):
        CSV = "csv", _("CSV file")
        EXCEL = "xlsx", _("Excel file")
        API = "api", _("API")

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True, help_text=_("When it was begun."))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("user"),
        help_text=_("Who took it."),
    )
    username = models.CharField(_("user name"), max_length=150, help_text=_("Stays when the user is deleted."))
    kind = models.CharField(_("kind"), max_length=40, help_text=_("What was exported, like “calls”."))
    way = models.CharField(_("how"), max_length=10, choices=Way, help_text=_("As a file, or by the API."))
    query = models.CharField(
        _("filters"), max_length=2000, blank=True, help_text=_("As they stood in the address; empty: everything.")
    )
    rows = models.PositiveIntegerField(_("rows"), default=0, help_text=_("How many were handed out."))
    window = models.BigIntegerField(null=True, editable=False, help_text=_("Of the API: which hour, since 1970."))

    class Meta:
        verbose_name = _("exported data")
        verbose_name_plural = _("journal of exports")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "window"], condition=models.Q(way="api"), name="exported_by_api_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.rows}"
