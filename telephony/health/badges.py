"""How many findings there are: the small number in the menu, and the line on the first page."""

from __future__ import annotations

from django.http import HttpRequest

from telephony.health.alarms import open_alarms
from telephony.health.rights import may_see

_COUNTED = "_things_to_mend"


def count_for(request: HttpRequest) -> int:
    """As of the latest minute; 0 for whoever does not mend them. Counted once for a page."""
    if not (request.user.is_authenticated and may_see(request)):
        return 0
    if not hasattr(request, _COUNTED):
        setattr(request, _COUNTED, open_alarms().count())
    return int(getattr(request, _COUNTED))


def things_to_mend(request: HttpRequest) -> str:
    """Empty for none."""
    return str(count_for(request) or "")
