"""Requests to hook addresses that nobody has: counted, not stored."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class StrayRequests(models.Model):
    """How many came on one day. They are most likely a PBX with an old or mistyped address."""

    class Why(models.TextChoices):
        UNKNOWN = "unknown", _("no connection has this address")
        OLD = "old", _("the connection has a new address")
        OTHER_VENDOR = "other_vendor", _("the address is that of another kind of PBX")
        OFF = "off", _("the connection is switched off")
        TAIL = "tail", _("something stands behind the address")

    day = models.DateField(_("day"), help_text=_("In the site's time zone."))
    vendor = models.CharField(_("PBX"), max_length=50, help_text=_("The kind of PBX in the address, if it is one."))
    why = models.CharField(
        _("reason"), max_length=15, choices=Why, default=Why.UNKNOWN, db_default=Why.UNKNOWN, help_text=_("Why.")
    )
    connection_key = models.PositiveBigIntegerField(
        default=0, db_default=0, help_text=_("Whose address it was meant to be, where that is known; else 0.")
    )
    count = models.PositiveIntegerField(_("requests"), default=0, help_text=_("How many at least."))
    last_at = models.DateTimeField(_("last"), help_text=_("When the last one came."))

    class Meta:
        verbose_name = _("requests to unknown addresses")
        verbose_name_plural = _("requests to unknown addresses")
        ordering = ["-day", "vendor"]
        constraints = [
            models.UniqueConstraint(fields=["day", "vendor", "why", "connection_key"], name="stray_of_kind_once")
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.count}"
