"""Secrets of before that prove a PBX's messages, too, while somebody enters the new ones at the PBX."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from telephony.models.encrypted import EncryptedJSONField


class FormerSecrets(models.Model):
    """Columns of a connection, written by telephony/connections/former.py and intake/secret_use.py."""

    former_secrets = EncryptedJSONField(
        default=dict, blank=True, editable=False, help_text=_("By the settings' names; stored encrypted.")
    )
    former_secrets_until = models.DateTimeField(
        null=True, editable=False, help_text=_("Until then messages are proved by the secrets of before, too.")
    )
    former_secrets_used_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When the latest message came that only they proved.")
    )
    present_secrets_used_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When the latest message came that only the new ones proved.")
    )

    class Meta:
        abstract = True

    def valid_former_secrets(self) -> Mapping[str, Any]:
        """Those that hold at this moment."""
        until = self.former_secrets_until
        return self.former_secrets if until is not None and until > timezone.now() else {}
