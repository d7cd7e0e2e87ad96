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


class MessageHour(models.Model):
    """Messages of one connection in one hour (telephony/health/message_hours.py)."""

    connection = models.ForeignKey(
        Connection,
        on_delete=models.CASCADE,
        db_index=False,  # The first column of message_hour_once.
        related_name="+",
        verbose_name=_("connection"),
        help_text=_("Whose messages."),
    )
    hour = models.PositiveIntegerField(_("hour"), help_text=_("How many since 1970 in UTC."))
    messages = models.PositiveBigIntegerField(_("messages"), default=0, help_text=_("How many came."))
    last_delivery = models.PositiveBigIntegerField(
        default=0, db_index=True, help_text=_("The number of the last one that was counted when this was written.")
    )

    class Meta:
        default_permissions = ()
        verbose_name = _("messages of an hour")
        verbose_name_plural = _("messages of hours")
        constraints = [models.UniqueConstraint(fields=["connection", "hour"], name="message_hour_once")]

    def __str__(self) -> str:
        return f"{self.hour}: {self.messages}"
