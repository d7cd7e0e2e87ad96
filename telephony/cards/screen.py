"""All that is on a user's screen as HTML: for the browser that asks, and for streams that bring it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from telephony.cards.decide import settings_of
from telephony.cards.desk import Desk, desk_of
from telephony.cards.status import status_of
from telephony.models import Card, Disposition

TEMPLATE = "telephony/desk/cards.html"


def context_of(user: Any) -> dict[str, Any]:
    """What the template needs; `desk` has the cards."""
    desk, settings = desk_of(user), settings_of(user)
    status = status_of(settings, timezone.now())
    return {
        "desk": desk,
        "settings": settings,
        "status": status,
        "user": user,
        "urls": _urls(),
        "found": _asks(desk),
    }


def rendered(user_id: int, languages: Sequence[str]) -> tuple[dict[str, str], list[Card]]:
    """The HTML in each language, and the cards in it; nothing for who is not active.

    The user is read anew: what is shown is what the user may see at this moment. Without a request there is no token
    against forged posts in it; the browser keeps the one that it has.
    """
    people = get_user_model()._default_manager.select_related("desk_settings")
    user = people.filter(pk=user_id, is_active=True).first()
    if user is None:
        return {}, []
    pages: dict[str, str] = {}
    cards: list[Card] = []
    for language in languages:
        with translation.override(language or None):
            context = context_of(user)
            pages[language] = render_to_string(TEMPLATE, context)
            cards = [view.card for view in context["desk"].cards]
    return pages, cards


def _asks(found: Desk) -> dict[str, Any]:
    """What the forms on the cards offer; nothing where no card has a form."""
    has_form = any(view.may_have_result for view in found.cards)
    return {"dispositions": list(Disposition.objects.filter(enabled=True)) if has_form else []}


def _urls() -> dict[str, str]:
    return {
        "live": reverse("telephony:live"),
        "state": reverse("telephony:desk_state"),
        "close_all": reverse("telephony:desk_dismiss_all"),
        "calls": reverse("telephony:calls"),
    }
