"""How often the API is used, counted for all processes together (telephony/api/throttling.py)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

ROWS = "rows "
"""Begins `who` of counters of rows instead of requests (telephony/api/bulk.py); their windows are hours."""


class ApiUse(models.Model):
    """Requests of one user within one window of time. There are two rows at most for each user: this window's, and
    the one's before."""

    who = models.CharField(_("who"), max_length=100, help_text=_("Key of the user, or the sender's address."))
    window = models.BigIntegerField(_("window"), help_text=_("Which one, counted from 1970."))
    count = models.PositiveIntegerField(_("requests"), default=0, help_text=_("How many were let through."))

    class Meta:
        verbose_name = _("use of the API")
        verbose_name_plural = _("uses of the API")
        constraints = [models.UniqueConstraint(fields=["who", "window"], name="api_use_once")]

    def __str__(self) -> str:
        return f"{self.who}: {self.count}"
