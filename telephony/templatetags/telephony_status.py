"""{% load telephony_status %}{% status_switch %}: where people say whether they are there for calls."""

from __future__ import annotations

from typing import Any

from django import template

from telephony.calls import access
from telephony.models import DeskSettings

register = template.Library()


@register.inclusion_tag("telephony/desk/status.html", takes_context=True)
def status_switch(context: Any) -> dict[str, Any]:
    """For who sees calls, be it only their own; which state holds comes with the cards, and costs the page nothing."""
    return {"breaks": DeskSettings.Break.choices, "csrf_token": context.get("csrf_token")}


@register.filter
def has_status(user: Any) -> bool:
    """Whether this user is anybody whom calls concern."""
    return access.seeing(user) is not access.Scope.NOTHING
