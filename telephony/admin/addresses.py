"""A connection's two addresses, or secrets, while both hold: for how long, and which of them is in use."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from telephony.models import Connection

KEEP = (
    ("24", _("for one day")),
    ("72", _("for three days")),
    ("168", _("for a week")),
    ("720", _("for 30 days")),
    ("1", _("for one hour")),
    ("0", _("no longer: it may have become known")),
)
"""Hours for which the address or secret of before goes on to be taken; the first is the usual choice."""


def former_address(connection: Connection) -> dict[str, Any]:
    """Which of the two addresses its PBX uses, while both hold."""
    return _both(connection.former_until, connection.former_used_at, connection.renewed_used_at)


def former_secrets(connection: Connection) -> dict[str, Any]:
    """By which secrets its PBX proves its messages, while those of before hold; with the settings' labels."""
    fields = connection.vendor_object.settings_form.base_fields
    labels = [str(fields[name].label) for name in connection.former_secrets if name in fields]
    until, used = connection.former_secrets_until, connection.former_secrets_used_at
    return _both(until, used, connection.present_secrets_used_at, labels=", ".join(labels))


def _both(until: datetime | None, used: datetime | None, renewed: datetime | None, **more: str) -> dict[str, Any]:
    if until is None or until <= timezone.now():
        return {}
    return {
        **more,
        "until": until,
        "used": ago(used) if used else "",
        "renewed": ago(renewed) if renewed else "",
        "is_over": renewed is not None and (used is None or renewed > used),
    }


def ago(moment: Any) -> str:
    """How long ago, like “2 hours ago”."""
    if timezone.now() - moment < timedelta(minutes=1):
        return gettext("just now")
    return gettext("%(time)s ago") % {"time": timesince(moment, depth=1)}
