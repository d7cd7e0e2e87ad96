"""Test calls of the connection assistant. Written by telephony/assistant."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.connection import Connection


class PlayedCall(models.Model):
    """One call that was played to somebody's own phone. The call itself is taken away when it is over; this stays."""

    connection = models.ForeignKey(
        Connection,
        models.CASCADE,
        db_index=False,  # The first column of played_call_of_user.
        related_name="played_calls",
        verbose_name=_("connection"),
        help_text=_("By which PBX's messages."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        verbose_name=_("user"),
        help_text=_("Whose phone it rang."),
    )
    begun_at = models.DateTimeField(_("begun"), help_text=_("When the first message was sent."))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, help_text=_("Empty while it goes on."))
    shown_at = models.DateTimeField(
        _("card shown"), null=True, blank=True, help_text=_("When its card was on the user's screen; empty if never.")
    )

    class Meta:
        verbose_name = _("test call")
        verbose_name_plural = _("test calls")
        ordering = ["-id"]
        indexes = [models.Index(fields=["connection", "user", "-id"], name="played_call_of_user")]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.begun_at:%Y-%m-%d %H:%M}"
