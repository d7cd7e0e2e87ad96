"""{% player recording %}: the player of a recording on any page."""

from __future__ import annotations

from typing import Any

from django import template

from telephony.models import Recording
from telephony.recordings.player import Player, player_of

register = template.Library()


@register.inclusion_tag("telephony/player.html", takes_context=True)
def player(context: Any, recording: Recording | Player) -> dict[str, Any]:
    """Of a recording, or of what `players_of` made, which asks for the rights to a whole page's recordings at once.

    The page loads telephony/player.css and telephony/player.js: {% player_assets %}.
    """
    request = context["request"]
    ready = recording if isinstance(recording, Player) else player_of(request.user, recording)
    return {"player": ready, "request": request, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("telephony/player_assets.html")
def player_assets() -> dict[str, Any]:
    """The style and the script that players need, once a page."""
    return {}
