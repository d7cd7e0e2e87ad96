"""The small number in the menu."""

from __future__ import annotations

from django.http import HttpRequest

from telephony.health.alarms import open_alarms
from telephony.health.rights import may_see


def things_to_mend(request: HttpRequest) -> str:
    """How many findings there are, as of the latest minute; empty for none, and for whoever does not mend them."""
    return str(open_alarms().count() or "") if request.user.is_authenticated and may_see(request) else ""
