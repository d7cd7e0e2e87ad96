"""How long a request waited until a thread had time for it, where the server says so (config/web.py)."""

from __future__ import annotations

from django.http import HttpRequest

WAITED = "telephony.waited"
"""In the environment of a WSGI request: seconds from when it was complete until a thread took it up."""


def seconds_waited(request: HttpRequest) -> float:
    """0.0 where the server does not say."""
    return float(request.META.get(WAITED, 0.0))
