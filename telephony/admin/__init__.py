"""The admin interface, one module per topic. Looks are django-unfold's; own styles stand in static/telephony."""

from telephony.admin import (
    audit,
    calls,
    connections,
    deliveries,
    desk,
    dials,
    extensions,
    listenings,
    recordings,
    subscriptions,
    teams,
)

__all__ = [
    "audit",
    "calls",
    "connections",
    "deliveries",
    "desk",
    "dials",
    "extensions",
    "listenings",
    "recordings",
    "subscriptions",
    "teams",
]
