"""What becomes of a connection's recordings, whom requests may go to, and whom messages are taken from."""

from __future__ import annotations

from dataclasses import replace

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.http import Policy
from telephony.http.networks import internal
from telephony.models.validators import validate_hosts, validate_networks, validate_sender_networks


class ConnectionPolicy(models.Model):
    """These columns of a connection."""

    fetch_recordings = models.BooleanField(
        _("fetch recordings"),
        default=True,
        help_text=_("Off: only where they are is kept, and each is fetched when somebody asks for it."),
    )
    longest_recording = models.PositiveIntegerField(
        _("largest recording, MB"),
        default=200,
        validators=[MinValueValidator(1), MaxValueValidator(2000)],
        help_text=_("A larger file is refused."),
    )
    recording_hosts = models.JSONField(
        _("hosts of recordings"),
        default=list,
        blank=True,
        validators=[validate_hosts],
        help_text=_("Recordings are fetched from these hosts and their subdomains only; empty: from any public host."),
    )
    keep_recordings_days = models.PositiveIntegerField(
        _("keep recordings, days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Then they are deleted, unless somebody keeps them; empty: they are kept for ever."),
    )
    allow_ftp = models.BooleanField(
        _("fetch by FTP"),
        default=False,
        help_text=_("FTP is not encrypted: switch on only if the PBX has nothing else."),
    )
    internal_networks = models.JSONField(
        _("internal networks"),
        default=list,
        blank=True,
        validators=[validate_networks],
        help_text=_("Networks that requests to this PBX may go to although they are not public, like 192.168.1.0/24."),
    )
    sender_networks = models.JSONField(
        _("addresses of the PBX"),
        default=list,
        blank=True,
        validators=[validate_sender_networks],
        help_text=_("Messages are taken from these addresses and networks only, like 203.0.113.7; empty: from any."),
    )

    class Meta:
        abstract = True

    def policy(self) -> Policy:
        """Whom requests to this PBX's API may go to."""
        return Policy(networks=internal(self.internal_networks))

    def recordings_policy(self) -> Policy:
        """Whom its recordings may be fetched from."""
        return replace(self.policy(), hosts=tuple(self.recording_hosts), allow_ftp=self.allow_ftp)
