"""How much each connection's PBX sends, counted for all processes together (telephony/intake/quota.py)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.connection import Connection


class ConnectionUse(models.Model):
    """Messages of one connection on one day."""

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, verbose_name=_("connection"), help_text=_("Whose messages.")
    )
    day = models.DateField(_("day"), help_text=_("In the site's time zone."))
    messages = models.PositiveBigIntegerField(_("messages"), default=0, help_text=_("How many were taken."))
    size = models.PositiveBigIntegerField(_("bytes"), default=0, help_text=_("Of their queries and bodies."))
    refused = models.PositiveBigIntegerField(_("refused"), default=0, help_text=_("How many were too many."))
    minute = models.BigIntegerField(_("minute"), default=0, help_text=_("The latest one, counted from 1970."))
    in_minute = models.PositiveBigIntegerField(_("in it"), default=0, help_text=_("Messages within that minute."))

    class Meta:
        verbose_name = _("use of a connection")
        verbose_name_plural = _("uses of connections")
        constraints = [models.UniqueConstraint(fields=["connection", "day"], name="connection_use_once")]

    def __str__(self) -> str:
        return f"{self.day}: {self.messages}"
