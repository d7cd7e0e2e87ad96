"""Whose phone is which at a PBX."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.connection import Connection
from telephony.models.encrypted import EncryptedLinkField
from telephony.privacy import user_keys


class KeyHashField(models.CharField):
    """The keyed hash of the row's `key`, however the row is saved."""

    def pre_save(self, model_instance: Any, add: bool) -> str:
        found = user_keys.make_hash(model_instance.key)
        setattr(model_instance, self.attname, found)
        return found


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
    key = EncryptedLinkField(
        _("key"), blank=True, help_text=_("The user's key at the PBX, where it uses keys (Mobilon); stored encrypted.")
    )
    key_hash = KeyHashField(
        max_length=100, blank=True, default="", editable=False, help_text=_("The key is looked up by it.")
    )

    key_is_asked = models.BooleanField(
        default=False,
        editable=False,
        help_text=_("The PBX's address was changed since the key was entered: it goes nowhere until entered again."),
    )

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["connection", "number", "id"]
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
                fields=["connection", "key_hash"],
                condition=~models.Q(key_hash=""),
                name="extension_key_hash_once",
                violation_error_message=_("This key is somebody's already on this connection."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number or self.key_label} ({self.connection})"

    def clean(self) -> None:
        hashes = user_keys.possible_hashes(self.key)
        same = Extension.objects.filter(connection_id=self.connection_id, key_hash__in=hashes).exclude(pk=self.pk)
        if hashes and same.exists():
            raise ValidationError({"key": _("This key is somebody's already on this connection.")})

    @property
    def key_label(self) -> str:
        """Stands for the key, which nobody is shown; empty if there is none."""
        return self.label_of(user_keys.make_hash(self.key))

    @staticmethod
    def label_of(key_hash: str) -> str:
        """The same, where only the hash is known."""
        return user_keys.label(key_hash)
