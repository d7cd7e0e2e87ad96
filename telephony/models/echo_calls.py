"""Canary calls that the PBX really makes: from which phone, to which number, how often."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.domain.numbers import to_e164

LEAST_MINUTES = 15


class EchoCalls(models.Model):
    """Columns of a connection; telephony/canary/echo.py makes the calls."""

    echo_number = models.CharField(
        _("echo number"),
        max_length=30,
        blank=True,
        default="",
        db_default="",
        help_text=_("A number that picks up by itself, like an operator's echo test. Empty: no real canary calls."),
    )
    echo_phone = models.CharField(
        _("phone that calls it"),
        max_length=50,
        blank=True,
        default="",
        db_default="",
        help_text=_("Internal number of a phone that picks up by itself, and is nobody's: it rings first, each time."),
    )
    echo_minutes = models.PositiveIntegerField(
        _("minutes between two calls"),
        default=60,
        db_default=60,
        validators=[MinValueValidator(LEAST_MINUTES)],
        help_text=_("Each is a real call, and costs what it costs at your operator; 15 at least."),
    )
    echo_at = models.DateTimeField(null=True, editable=False, help_text=_("When the latest one was ordered."))

    class Meta:
        abstract = True

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        super().clean_fields(exclude=exclude)
        if bool(self.echo_number) != bool(self.echo_phone) and not {"echo_number", "echo_phone"} & set(exclude or ()):
            raise ValidationError(
                {"echo_phone": _("A real canary call needs both: a number, and a phone that calls it.")}
            )
        if self.echo_number and not self.echo_e164:
            raise ValidationError({"echo_number": _("This is no telephone number.")})

    @property
    def echo_e164(self) -> str:
        region: str = getattr(self, "phone_region", "")
        return to_e164(self.echo_number, region)
