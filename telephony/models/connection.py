"""A company's account at a PBX, and whose phone is which there."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from telephony import passwords
from telephony.hooks import ConnectionProfile
from telephony.models.encrypted import EncryptedJSONField, EncryptedTextField
from telephony.vendors import get_vendor, installed
from telephony.vendors.base import Vendor

SECRET_BYTES = 24


def new_hook_secret() -> str:
    """192 random bits in URL-safe characters."""
    return secrets.token_urlsafe(SECRET_BYTES)


def hook_secret_sha256(secret: str) -> str:
    """What a hook's secret is looked up by."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def validate_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(_("%(value)s is no time zone; write it like Europe/Moscow."), params={"value": value})


def validate_phone_region(value: str) -> None:
    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise ValidationError(_("%(value)s is no country code; write it like RU."), params={"value": value})


class Connection(models.Model):
    """One account at one PBX: where its messages arrive and how they are read."""

    vendor = models.CharField(_("PBX"), max_length=50, help_text=_("The kind of PBX."))
    name = models.CharField(_("name"), max_length=100, help_text=_("What people call this PBX, like “Moscow office”."))
    enabled = models.BooleanField(
        _("enabled"), default=True, help_text=_("Switched off, its address answers 404 as if it did not exist.")
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="Europe/Moscow",
        validators=[validate_time_zone],
        help_text=_("The zone of the PBX's clock, like Europe/Moscow: some PBXs send times without one."),
    )
    phone_region = models.CharField(
        _("country of numbers"),
        max_length=2,
        default="RU",
        validators=[validate_phone_region],
        help_text=_("Two-letter country code, like RU: how numbers without a country code are read."),
    )
    settings = EncryptedJSONField(
        _("PBX settings"), default=dict, blank=True, help_text=_("What this kind of PBX needs; stored encrypted.")
    )
    hook_secret = EncryptedTextField(
        _("address secret"), default=new_hook_secret, editable=False, help_text=_("The secret part of the address.")
    )
    hook_secret_sha256 = models.CharField(
        max_length=64, unique=True, editable=False, help_text=_("The address is looked up by this.")
    )
    soap_user = models.CharField(
        max_length=100, blank=True, editable=False, help_text=_("User name of 1C's services, from the settings.")
    )
    soap_password_hash = models.CharField(
        max_length=100, blank=True, editable=False, help_text=_("1C's services are looked up by it and the user name.")
    )
    rejected_count = models.PositiveIntegerField(
        _("rejected requests"), default=0, editable=False, help_text=_("Requests that carried a wrong access code.")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True, help_text=_("When it was added here."))

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        ordering = ["name", "id"]
        constraints = [
            # Also of those that are switched off: else switching one on could fail.
            models.UniqueConstraint(
                fields=["soap_user", "soap_password_hash"],
                condition=~models.Q(soap_user="") & ~models.Q(soap_password_hash=""),
                name="connection_soap_login_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.hook_secret_sha256 = hook_secret_sha256(self.hook_secret)
        self.soap_user, self.soap_password_hash = self.soap_login()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if self.vendor not in installed():
            raise ValidationError({"vendor": _("There is no such PBX here.")})
        user, password_hash = self.soap_login()
        same = Connection.objects.filter(soap_user=user, soap_password_hash=password_hash).exclude(pk=self.pk)
        if user and password_hash and same.exists():
            raise ValidationError(_("Another connection has this user name and password for 1C's services."))

    def soap_login(self) -> tuple[str, str]:
        """User name and password hash that its settings have for 1C's services (Mobilon); empty where they have none.

        A password that did not come through the vendor's form is no hash, and opens nothing.
        """
        user, password_hash = (str(self.settings.get(name) or "") for name in ("soap_user", "soap_password"))
        return user, password_hash if passwords.is_hash(password_hash) else ""

    @property
    def vendor_object(self) -> Vendor:
        return get_vendor(self.vendor)

    @property
    def hook_path(self) -> str:
        """The path that the PBX posts to, secret included."""
        return reverse("telephony:hook", kwargs={"vendor": self.vendor, "secret": self.hook_secret})

    def profile(self) -> ConnectionProfile:
        """What the vendor's pure functions may know of this connection."""
        return ConnectionProfile(
            time_zone=ZoneInfo(self.time_zone), phone_region=self.phone_region, settings=self.settings
        )

    def secret_values(self) -> list[str]:
        """Every value of this connection that must never be shown."""
        vendor = installed().get(self.vendor)
        names = vendor.settings_form().secret_names() if vendor else list(self.settings)
        return [value for value in (self.hook_secret, *(self.settings.get(name) for name in names)) if value]


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
