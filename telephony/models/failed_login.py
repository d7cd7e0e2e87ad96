"""Wrong logins to 1C's services, counted for every sender."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class FailedLogin(models.Model):
    """One wrong login. Rows go after an hour: they are there to be counted by all processes, not to be read."""

    remote_address = models.CharField(_("sender"), max_length=64, help_text=_("Where it came from."))
    user = models.CharField(
        _("user name"), max_length=150, blank=True, default="", help_text=_("As it was sent, cut to this length.")
    )
    at = models.DateTimeField(_("time"), help_text=_("When."))

    class Meta:
        verbose_name = _("failed login")
        verbose_name_plural = _("failed logins")
        indexes = [
            models.Index(fields=["remote_address", "at"], name="failed_login_by_sender"),
            models.Index(fields=["user", "at"], name="failed_login_by_user"),
        ]

    def __str__(self) -> str:
        return self.remote_address
