"""Who sees what is wrong: whoever sets things up."""

from __future__ import annotations

from django.http import HttpRequest

MAY_SEE = "telephony.change_connection"


def may_see(request: HttpRequest) -> bool:
    """For pages and the menu."""
    return bool(request.user.has_perm(MAY_SEE))
