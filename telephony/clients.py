"""Who sent a request."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from telephony import fields


def remote_address(request: HttpRequest) -> str:
    """Who sent it, as the outermost of our own proxies saw it (TELEPHONY_TRUSTED_PROXIES of them)."""
    proxies: int = getattr(settings, "TELEPHONY_TRUSTED_PROXIES", 0)
    seen = [*request.headers.get("X-Forwarded-For", "").split(","), request.META.get("REMOTE_ADDR", "")]
    # The last one may be empty (a Unix socket has no address), and stands for a proxy all the same.
    chain = [address.strip() for address in seen[:-1] if address.strip()] + seen[-1:]
    return fields.storable(chain[max(0, len(chain) - 1 - proxies)])[:64]
