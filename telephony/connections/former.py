"""Secrets that prove a PBX's messages: the ones of before are taken, too, for a time that somebody chooses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from telephony.models import Connection

KEEP_AT_MOST = timedelta(days=90)
COLUMNS = ("former_secrets", "former_secrets_until", "former_secrets_used_at", "present_secrets_used_at")


def keep_former(*, connection: Connection, before: Mapping[str, Any], keep: timedelta) -> bool:
    """Take what `before` proved messages by for so long; returns whether anything of it was changed. The caller saves
    the connection."""
    names = connection.vendor_object.settings_form.proving_names()
    former = {
        name: before[name] for name in names if before.get(name) and before[name] != connection.settings.get(name)
    }
    if not former:
        return False
    is_kept = keep > timedelta(0)
    connection.former_secrets = former if is_kept else {}
    connection.former_secrets_until = timezone.now() + min(keep, KEEP_AT_MOST) if is_kept else None
    connection.former_secrets_used_at = connection.present_secrets_used_at = None
    return True


def end_former(*, connection: Connection) -> None:
    """They prove nothing from now on."""
    Connection.objects.filter(pk=connection.pk).update(former_secrets={}, former_secrets_until=None)
