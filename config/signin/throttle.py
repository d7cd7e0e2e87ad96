"""Wrong passwords are counted by account and by address (django-axes keeps the rows), before any is hashed.

An office behind one address goes on working while somebody there, or far away, tries passwords: what locks is the pair
of account and address. Limits for an account from everywhere, and for an address with all accounts, do not touch a pair
that signed in well lately.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Max, Q, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from telephony.http.remote_address import remote_address

MOST_OF_PAIR, MOST_OF_ACCOUNT, MOST_OF_ADDRESS = 5, 20, 100
"""Wrong passwords: one account from one address; one account from anywhere; one address, whatever the account."""
KNOWN_FOR = timedelta(days=30)
NOBODYS = "#"
"""What a login that nobody has begins with where it is kept: no employee's may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Nobody gets in with this account from this address until then."""

    until: datetime

    @property
    def minutes(self) -> int:
        """How long it still lasts; at least 1."""
        return max(1, -(-int((self.until - timezone.now()).total_seconds()) // 60))


class Throttle(AxesDatabaseHandler):  # type: ignore[misc]
    """django-axes, with limits of its own for pair, account and address."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """1 for who is locked out, which is AXES_FAILURE_LIMIT; else 0."""
        username = (credentials or {}).get("username") or ""
        return int(find_lock(username, client_address(request)) is not None)

    def remove_out_of_limit_failure_logs(self, *, username: str, limit: int | None = None) -> int:
        """Nothing: the journal is kept for its time (SIGN_IN_JOURNAL_DAYS), and the throttle limits its growth."""
        return 0


def kept_name(username: str) -> str:
    """As a login is counted and kept. One that nobody has may be a password in the wrong field: of it a keyed hash."""
    if not username or User.objects.filter(username=username).exists():
        return username
    return nobodys_name(username)


def nobodys_name(username: str) -> str:
    """What is kept in the place of a login that nobody has."""
    return NOBODYS + salted_hmac("config.signin.throttle", username, algorithm="sha256").hexdigest()[:16]


def name_for_axes(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """AXES_USERNAME_CALLABLE."""
    return kept_name((credentials or {}).get("username") or "")


def find_lock(username: str, address: str | None) -> Lock | None:
    """What keeps this account out at this address now. Two queries, three if somebody tries passwords."""
    username = kept_name(username)
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    account, here = Q(username=username), Q(ip_address=address) if address else Q(ip_address=None)
    counted = AccessAttempt.objects.filter(account | here, attempt_time__gt=since).aggregate(
        **{
            f"{name}_count": Sum("failures_since_start", filter=which, default=0)
            for name, which in _kinds(account, here)
        },
        **{f"{name}_last": Max("attempt_time", filter=which) for name, which in _kinds(account, here)},
    )
    if counted["pair_count"] >= MOST_OF_PAIR:
        return Lock(until=counted["pair_last"] + settings.AXES_COOLOFF_TIME)
    wider = [
        counted[f"{name}_last"]
        for name, most in (("account", MOST_OF_ACCOUNT), ("address", MOST_OF_ADDRESS))
        if counted[f"{name}_count"] >= most
    ]
    if not wider or _is_known(username, address):
        return None
    return Lock(until=max(wider) + settings.AXES_COOLOFF_TIME)


def _kinds(account: Q, here: Q) -> list[tuple[str, Q]]:
    return [("pair", account & here), ("account", account), ("address", here)]


def _is_known(username: str, address: str | None) -> bool:
    """Whether this account got in from this address lately."""
    lately = timezone.now() - KNOWN_FOR
    known: bool = AccessLog.objects.filter(username=username, ip_address=address, attempt_time__gt=lately).exists()
    return known


def client_address(request: HttpRequest) -> str | None:
    """Who sent it, for django-axes: an IPv6 network of 64 bits counts as one. None for what is no address."""
    try:
        found = ip_address(remote_address(request))
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False).network_address)
    return str(found)


def lift(*, username: str | None = None, address: str | None = None) -> None:
    """Let this account (as it is kept), or this address, in again at once."""
    chosen = Q(username=username) if username is not None else Q(ip_address=address)
    AccessAttempt.objects.filter(chosen).delete()
