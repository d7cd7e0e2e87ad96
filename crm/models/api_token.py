"""Keys by which programs come in under a person's rights."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken


class ApiToken(AbstractAuthToken):  # type: ignore[misc]
    """A person's key for the API. Only its hash is stored; it ends by itself."""

    name = models.CharField(_("name"), max_length=100, help_text=_("What it is for, like “reports in Excel”."))

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.name
