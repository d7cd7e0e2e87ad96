"""The admin interface, one module per topic. Looks are django-unfold's; own styles stand in static/telephony."""

from telephony.admin import (
    audit,
    call_rules,
    calls,
    connections,
    deliveries,
    desk,
    dials,
    exported,
    extensions,
    listenings,
    missed,
    recordings,
    row_failures,
    schedules,
    subscriptions,
    teams,
)

__all__ = [
    "audit",
    "call_rules",
    "calls",
    "connections",
    "deliveries",
    "desk",
    "dials",
    "exported",
    "extensions",
    "listenings",
    "missed",
    "recordings",
    "row_failures",
    "schedules",
    "subscriptions",
    "teams",
]
