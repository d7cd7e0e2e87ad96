"""Keys by which programs come in under a person's rights."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from knox.models import AbstractAuthToken


class ApiToken(AbstractAuthToken):  # type: ignore[misc]
    """A person's key for the API, of which only the hash is stored. crm/services/api_keys.py makes and ends it.

    The row of a key that ended stays as its journal: when it was made, used last and ended, and why.
    """

    class Ended(models.TextChoices):
        REVOKED = "revoked", _("ended by hand")
        PASSWORD = "password", _("the password was changed")
        INACTIVE = "inactive", _("its owner was deactivated")
        RIGHTS = "rights", _("its owner may not do any more what it was made for")

    name = models.CharField(
        pgettext_lazy("of a thing", "name"), max_length=100, help_text=_("What it is for, like “reports in Excel”.")
    )
    scopes = models.JSONField(
        _("may"), null=True, help_text=_("What it was made for; empty: of an earlier version, and not used since.")
    )
    password_mark = models.CharField(
        max_length=64, blank=True, editable=False, help_text=_("Keyed hash of the password's hash when it was made.")
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, help_text=_("To the minute; empty: never."))
    last_used_from = models.CharField(
        _("used from"), max_length=64, blank=True, help_text=_("Address of who used it last, behind our own proxies.")
    )
    ended_at = models.DateTimeField(
        pgettext_lazy("an API key", "ended"), null=True, help_text=_("When it was ended before its time.")
    )
    ended_why = models.CharField(_("reason"), max_length=10, choices=Ended, blank=True, help_text=_("Why it ended."))
    ended_by = models.CharField(_("ended by"), max_length=150, blank=True, help_text=_("The user name of who did."))

    class Meta:
        verbose_name = pgettext_lazy("of another program", "API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        """Whether it opens nothing any more."""
        return self.ended_at is not None or (self.expiry is not None and self.expiry <= timezone.now())
