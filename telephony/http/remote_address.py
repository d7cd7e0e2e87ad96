"""Who sent a request."""

from __future__ import annotations

from django.http import HttpRequest

from telephony import conf
from telephony.domain import fields


def remote_address(request: HttpRequest) -> str:
    """Who sent it, as the outermost of our own proxies saw it (TELEPHONY_TRUSTED_PROXIES of them)."""
    seen = [*request.headers.get("X-Forwarded-For", "").split(","), request.META.get("REMOTE_ADDR", "")]
    # The last one may be empty (a Unix socket has no address), and stands for a proxy all the same.
    chain = [address.strip() for address in seen[:-1] if address.strip()] + seen[-1:]
    return fields.storable(chain[max(0, len(chain) - 1 - conf.trusted_proxies())])[:64]
