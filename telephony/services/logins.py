"""Logins of PBXs that call us as if we were 1C (Mobilon): found by user name and password, wrong ones limited."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from telephony import passwords
from telephony.models import Connection, FailedLogin
from telephony.vendors import installed

log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=1)
MOST_FAILURES = 10
"""Wrong logins of one sender within `WINDOW` that are told so; any more are refused without being counted."""


def find_connection(*, user: str, password: str) -> Connection | None:
    """The enabled connection with these credentials: one query by index, which several connections need no more of.

    The password is compared as a keyed hash, so the time that this takes tells nothing about the stored one.
    """
    login = {"soap_user": user, "soap_password_hash__in": passwords.possible_hashes(password), "enabled": True}
    found = list(Connection.objects.filter(**login).order_by()[:1]) if user else []
    return found[0] if found and found[0].vendor in installed() else None


def note_failure(*, user: str, remote_address: str) -> bool:
    """Count a wrong login; True if its sender has had too many of them.

    Right credentials are never held up by this: the PBX may share its address with whoever tries passwords, behind one
    proxy or router. What makes guessing hopeless is a long password; the limit keeps a flood of guesses, or a PBX
    with a mistyped password, from filling the database and the log.
    """
    now = timezone.now()
    recent = FailedLogin.objects.filter(remote_address=remote_address, at__gt=now - WINDOW)
    if recent.count() >= MOST_FAILURES:
        return True
    FailedLogin.objects.filter(at__lte=now - WINDOW).delete()
    FailedLogin.objects.create(remote_address=remote_address, at=now)
    Connection.objects.filter(soap_user=user).exclude(soap_user="").update(rejected_count=F("rejected_count") + 1)
    log.warning("Wrong user name or password for 1C's services, from %s.", remote_address)
    return False
