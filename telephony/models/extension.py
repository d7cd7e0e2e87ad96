"""Whose phone is which at a PBX."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.connection import Connection


class Extension(models.Model):
    """A user's phone at one PBX: its internal number, or the key that the PBX knows the user by, or both."""

    connection = models.ForeignKey(
        Connection,
        models.CASCADE,
        related_name="extensions",
        verbose_name=_("connection"),
        help_text=_("At which PBX."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="extensions",
        verbose_name=_("user"),
        help_text=_("Whose phone it is."),
    )
    number = models.CharField(
        _("internal number"), max_length=50, blank=True, help_text=_("As the PBX writes it, like 101.")
    )
    key = models.CharField(
        _("key"), max_length=100, blank=True, help_text=_("The user's key at the PBX, where it uses keys (Mobilon).")
    )

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["connection", "number", "key"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(number="") | ~models.Q(key=""),
                name="extension_has_number_or_key",
                violation_error_message=_("Give the internal number, the key, or both."),
            ),
            models.UniqueConstraint(
                fields=["connection", "number"],
                condition=~models.Q(number=""),
                name="extension_number_once",
                violation_error_message=_("This internal number is somebody's already on this connection."),
            ),
            models.UniqueConstraint(
                fields=["connection", "key"],
                condition=~models.Q(key=""),
                name="extension_key_once",
                violation_error_message=_("This key is somebody's already on this connection."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number or self.key} ({self.connection})"
