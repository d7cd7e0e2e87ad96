"""What was asked for with a key, and how it was answered. Only telephony/once writes it; swept after a day."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from telephony.models.encrypted import EncryptedTextField


class OnceAnswer(models.Model):
    """One request that wrote something. Its row is committed together with what it wrote, or not at all."""

    key_hash = models.CharField(
        _("key"), max_length=64, unique=True, help_text=_("SHA-256 of the user and the key of the form or program.")
    )
    request_hash = models.CharField(
        _("request"), max_length=64, help_text=_("SHA-256 of the address and of what was sent.")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        verbose_name=_("user"),
        help_text=_("Who asked: nobody else is given the answer."),
    )
    status = models.PositiveSmallIntegerField(_("status"), default=0, help_text=_("HTTP status of the answer."))
    location = models.TextField(_("on to"), blank=True, help_text=_("Where the answer led the browser."))
    body = EncryptedTextField(
        _("answer"), default="", blank=True, help_text=_("What a program was told, encrypted; nothing of pages.")
    )
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True, help_text=_("When it was done."))

    class Meta:
        verbose_name = _("request done once")
        verbose_name_plural = _("requests done once")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.status} #{self.pk}"
