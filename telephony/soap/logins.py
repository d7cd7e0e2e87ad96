"""Logins of PBXs that call us as if we were 1C (Mobilon): found by user name and password, wrong ones limited."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import Count, F, Q
from django.utils import timezone

from telephony.calls.selectors import Knock
from telephony.intake import secret_use
from telephony.intake.spool import known
from telephony.models import Connection, Delivery, FailedLogin
from telephony.privacy import passwords
from telephony.vendors import installed
from telephony.vendors.proofs import ProvedBy

log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=1)
MOST_FAILURES = 10
"""Wrong logins of one sender within `WINDOW` that are told so; any more are refused without being counted."""
LONG_WINDOW = timedelta(hours=1)
MOST_OF_ONE_SENDER, MOST_OF_ALL = 30, 100
"""Wrong logins with one user name within `LONG_WINDOW`, after which a password that is easy to guess opens nothing."""
KNOWN_FOR = timedelta(days=30)
_NAME_LENGTH = 150
OF_1C = "1C's services"
"""In the place of a vendor, among the addresses that are remembered."""


def remember(*, user: str, password: str, found: Connection | None) -> None:
    """Whose the login is, as the database said just now."""
    known.remember(vendor=OF_1C, secret=_key(user, password), found=Knock(connection=found))


def recall(*, user: str, password: str) -> Connection | None:
    """What was remembered of it in this process; None while it is unknown."""
    found = known.recall(vendor=OF_1C, secret=_key(user, password))
    return found.connection if found is not None else None


def _key(user: str, password: str) -> str:
    return f"{user}\x00{passwords.possible_hashes(password)[0]}"


def find_connection(*, user: str, password: str, remote_address: str) -> Connection | None:
    """The enabled connection with these credentials: one query by index, which several connections need no more of.

    The password is compared as a keyed hash, so the time that this takes tells nothing about the stored one.

    A good password is never held up: the PBX may share its address with whoever tries passwords, behind one proxy or
    router, and guessing is hopeless. One that is easy to guess, kept from before such were refused, opens nothing while
    somebody is guessing: the answer does not tell that it was the right one.
    """
    login = {"soap_user": user, "soap_password_hash__in": passwords.possible_hashes(password), "enabled": True}
    found = list(Connection.objects.filter(**login).order_by()[:1]) if user else []
    found = found or _by_former_password(user, password)
    vendor = installed().get(found[0].vendor) if found else None
    if vendor is None or vendor.service is None:
        return None
    if passwords.weaknesses(password, name=user):
        if _is_being_guessed(user, remote_address, found[0]):
            return None
        log.warning("The password for 1C's services of connection %s is easy to guess: change it.", found[0].pk)
    return found[0]


def _by_former_password(user: str, password: str) -> list[Connection]:
    """Whose password this was before, if it is still taken."""
    until = {"former_secrets_until__gt": timezone.now()}
    hashes = passwords.possible_hashes(password)
    for connection in Connection.objects.filter(soap_user=user, enabled=True, **until) if user else ():
        service = connection.vendor_object.service
        if service is not None and connection.former_secrets.get(service.login[1]) in hashes:
            secret_use.note_use(connection, ProvedBy.FORMER)
            return [connection]
    return []


def note_failure(*, user: str, remote_address: str) -> bool:
    """Count a wrong login; True if its sender, or this user name, has had too many of them.

    The limit keeps a flood of guesses, or a PBX with a mistyped password, from filling the database and the log.
    """
    now = timezone.now()
    recent = FailedLogin.objects.filter(remote_address=remote_address, at__gt=now - WINDOW)
    if recent.count() >= MOST_FAILURES:
        return True
    FailedLogin.objects.filter(at__lte=now - LONG_WINDOW).delete()
    FailedLogin.objects.create(remote_address=remote_address, user=user[:_NAME_LENGTH], at=now)
    Connection.objects.filter(soap_user=user).exclude(soap_user="").update(
        rejected_count=F("rejected_count") + 1, rejected_at=timezone.now()
    )
    log.warning("Wrong user name or password for 1C's services, from %s.", remote_address)
    return any(_counted(user, remote_address))


def _is_being_guessed(user: str, remote_address: str, connection: Connection) -> bool:
    """Whether so many passwords were tried for this user that even the right one is not believed.

    Guesses from elsewhere do not lock out the address that the PBX's messages came from lately.
    """
    from_here, from_all = _counted(user, remote_address)
    if from_here or not from_all:
        return from_here
    known = Delivery.objects.filter(connection=connection, remote_address=remote_address)
    return not known.filter(received_at__gt=timezone.now() - KNOWN_FOR).exists()


def _counted(user: str, remote_address: str) -> tuple[bool, bool]:
    """Whether there were too many wrong logins with this user name: from this address, and from anywhere."""
    lately = FailedLogin.objects.filter(user=user[:_NAME_LENGTH], at__gt=timezone.now() - LONG_WINDOW)
    counts = lately.aggregate(here=Count("id", filter=Q(remote_address=remote_address)), all=Count("id"))
    return counts["here"] >= MOST_OF_ONE_SENDER, counts["all"] >= MOST_OF_ALL
