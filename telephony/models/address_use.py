"""What comes to a connection's address, and to the one that it had before, while both are taken."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AddressUse(models.Model):
    """Columns of a connection. Its row in the database is written by telephony/connections and intake/addresses.py."""

    rejected_count = models.PositiveIntegerField(
        _("rejected requests"), default=0, editable=False, help_text=_("Requests that carried a wrong access code.")
    )
    rejected_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When the latest of these requests came.")
    )
    former_secret_sha256 = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        editable=False,
        db_index=True,
        help_text=_("The address of before is looked up by this."),
    )
    former_until = models.DateTimeField(
        null=True, editable=False, help_text=_("Until then messages to the address of before are taken.")
    )
    former_used_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When the latest message came to the address of before.")
    )
    renewed_at = models.DateTimeField(null=True, editable=False, help_text=_("When it got its present address."))
    renewed_used_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When the latest message came to the present address since then.")
    )

    class Meta:
        abstract = True
