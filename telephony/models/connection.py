"""A company's account at a PBX."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from telephony.domain import numbers
from telephony.domain.events import Phone
from telephony.domain.hooks import ConnectionProfile
from telephony.models.address_use import AddressUse
from telephony.models.connection_policy import ConnectionPolicy
from telephony.models.echo_calls import EchoCalls
from telephony.models.encrypted import EncryptedJSONField, EncryptedTextField
from telephony.models.former_secrets import FormerSecrets
from telephony.models.learned_clock import LearnedClock
from telephony.models.validators import (
    validate_hosts,  # noqa: F401  (migrations look for it here, and for the next one)
    validate_networks,  # noqa: F401
    validate_phone_region,
    validate_phone_regions,
    validate_time_zone,
)
from telephony.models.words import NAME
from telephony.privacy import masking, passwords
from telephony.vendors import installed, secret_headers
from telephony.vendors.base import Vendor
from telephony.vendors.kept import kept_of
from telephony.vendors.uninstalled import uninstalled

SECRET_BYTES = 24


def new_hook_secret() -> str:
    """192 random bits in URL-safe characters."""
    return secrets.token_urlsafe(SECRET_BYTES)


def hook_secret_sha256(secret: str) -> str:
    """What a hook's secret is looked up by."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Connection(AddressUse, FormerSecrets, LearnedClock, ConnectionPolicy, EchoCalls):
    """One account at one PBX: where its messages arrive and how they are read."""

    vendor = models.CharField(_("PBX"), max_length=50, help_text=_("The kind of PBX."))
    name = models.CharField(NAME, max_length=100, help_text=_("What people call this PBX, like “Moscow office”."))
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
    outside_prefix = models.CharField(
        _("prefix of an outside line"),
        max_length=4,
        blank=True,
        default="9",
        validators=[RegexValidator(r"^\d*$", _("Digits only, like 9."))],
        help_text=_(
            "What phones of this PBX dial before a number outside, like 9. Left on a number that was called, it is "
            "taken off where a whole number follows; empty: never."
        ),
    )
    settings = EncryptedJSONField(
        _("PBX settings"), default=dict, blank=True, help_text=_("What this kind of PBX needs; stored encrypted.")
    )
    dial_countries = models.JSONField(
        _("countries that may be called"),
        default=list,
        blank=True,
        validators=[validate_phone_regions],
        help_text=_("Two-letter country codes, for calls ordered here; empty: only the country of numbers above."),
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
        self.soap_user, self.soap_password_hash = self.service_login()
        before = Connection.objects.filter(pk=self.pk).only("settings").first()
        super().save(*args, **kwargs)
        if before is not None and self.vendor_object.settings_form.leads_keys_elsewhere(before.settings, self.settings):
            self.extensions.exclude(key="").update(key_is_asked=True)

    def clean(self) -> None:
        if self.vendor not in installed():
            raise ValidationError({"vendor": _("There is no such PBX here.")})
        user, password_hash = self.service_login()
        same = Connection.objects.filter(soap_user=user, soap_password_hash=password_hash).exclude(pk=self.pk)
        if user and password_hash and same.exists():
            raise ValidationError(_("Another connection has this user name and password."))

    def service_login(self) -> tuple[str, str]:
        """User name and password hash by which its PBX logs in here (Vendor.service); empty where it does not.

        A password that did not come through the vendor's form is no hash, and opens nothing.
        """
        vendor = installed().get(self.vendor)
        if vendor is None:
            return self.soap_user, self.soap_password_hash  # As it was: it opens nothing, until there is one again.
        if vendor.service is None:
            return "", ""
        user, password_hash = (str(self.settings.get(name) or "") for name in vendor.service.login)
        return user, password_hash if passwords.is_hash(password_hash) else ""

    @property
    def vendor_object(self) -> Vendor:
        """Its vendor; of a kind that is not installed a stand-in that reads and asks nothing."""
        return installed().get(self.vendor) or uninstalled(self.vendor)

    @property
    def hook_path(self) -> str:
        """The path that the PBX posts to, secret included."""
        return reverse("telephony:hook", kwargs={"vendor": self.vendor, "secret": self.hook_secret})

    def profile(self) -> ConnectionProfile:
        """What the vendor's pure functions may know of this connection."""
        zone, settings = ZoneInfo(self.time_zone), self.settings
        profile = ConnectionProfile(time_zone=zone, phone_region=self.phone_region, settings=settings)
        return replace(profile, former=former) if (former := self.valid_former_secrets()) else profile

    def talk_profile(self) -> ConnectionProfile:
        """The same for talks with its PBX's API, with what the vendor keeps between them."""
        return replace(self.profile(), kept=kept_of(self.pk, self.settings))

    def called_number(self, raw: str) -> Phone:
        """A number that was called from this PBX, without the prefix of an outside line."""
        countries = self.dial_countries or [self.phone_region]
        return numbers.called(raw, self.phone_region, prefix=self.outside_prefix, countries=countries)

    def secret_values(self) -> list[str]:
        """Every value of this connection that must never be shown."""
        vendor = installed().get(self.vendor)
        names = vendor.settings_form.secret_names() if vendor else list(self.settings)
        values = (self.hook_secret, *self.former_secrets.values(), *(self.settings.get(name) for name in names))
        return [value for value in values if value]

    def without_secrets(self, text: str, *more: str) -> str:
        """The text without this connection's secrets (and these), fit to be stored and shown."""
        # Mostly there is nothing to say, and the secrets need not be looked for.
        return masking.readable(text, [*self.secret_values(), *more]) if text else ""

    def storable_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers of one of its PBX's messages without secrets."""
        return masking.storable_headers(
            headers.items(),
            secrets=self.secret_values(),
            secret_names=secret_headers(),
            plain_names=self.vendor_object.signature_headers,
        )
