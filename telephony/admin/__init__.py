"""The admin interface, one module per topic. Looks are django-unfold's; own styles stand in static/telephony."""

from telephony.admin import calls, connections, deliveries, extensions, recordings

__all__ = ["calls", "connections", "deliveries", "extensions", "recordings"]
