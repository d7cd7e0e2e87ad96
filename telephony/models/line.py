"""The company's own numbers, and what people call them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.domain import numbers
from telephony.models.connection import Connection


class Line(models.Model):
    """One of our numbers at a PBX. Calls show its label: “Advertising” says more than 74951234567."""

    connection = models.ForeignKey(
        Connection, models.CASCADE, related_name="lines", verbose_name=_("connection"), help_text=_("At which PBX.")
    )
    number = models.CharField(_("number"), max_length=50, help_text=_("The company's number, in any form."))
    match = models.CharField(
        max_length=50, editable=False, help_text=_("Its last 10 digits: PBXs write one number in several forms.")
    )
    label = models.CharField(_("label"), max_length=100, help_text=_("What people call it, like “Advertising”."))

    class Meta:
        verbose_name = _("our number")
        verbose_name_plural = _("our numbers")
        ordering = ["connection", "label", "number"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "match"], name="line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.shown_number})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.match = numbers.match_key(self.number)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        # No form has `match` as a field, so none looks at the constraint by itself.
        self.match = numbers.match_key(self.number)
        same = Line.objects.filter(connection_id=self.connection_id, match=self.match).exclude(pk=self.pk)
        if same.exists():
            raise ValidationError({"number": _("This connection has this number already.")})

    @property
    def shown_number(self) -> str:
        """With spaces: +7 495 123-45-67; what is no number as it was entered."""
        is_whole = self.number.startswith("+")  # Then no row of a connection is read for it.
        e164 = numbers.to_e164(self.number, "ZZ" if is_whole else self.connection.phone_region)
        return numbers.shown(e164) if e164 else self.number
