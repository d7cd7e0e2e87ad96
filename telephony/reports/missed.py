"""Clients who were missed in a period: who, how often, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from telephony.models import MissedItem, MissedState
from telephony.reports.figures import seen_items
from telephony.reports.period import Period
from telephony.ui.presentation import length, number_in_words, person

ON_A_PAGE = 100
SHOWN = (
    ("all", _("all who were missed")),
    ("returned", _("returned")),
    ("not_returned", _("not returned")),
)
TONES = {MissedState.RETURNED: "good", MissedState.CLOSED: "plain"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    item: MissedItem
    name: str
    number: str
    url: str
    tone: str
    after: str
    who: str


def clients(user: Any, period: Period, show: str, page: int = 1) -> tuple[int, list[Client]]:
    """How many there are, and those of one page, by when they called."""
    items = seen_items(user, period)
    if show == "returned":
        items = items.filter(state=MissedState.RETURNED)
    elif show == "not_returned":
        items = items.exclude(state=MissedState.RETURNED)
    rows = items.select_related("contact", "closed_by", "assignee").order_by("-first_at", "-pk")
    return items.count(), [_shown(item) for item in rows[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]]


def clients_url(period: Period, show: str, page: int = 1) -> str:
    asked = {"first_day": period.first.isoformat(), "last_day": period.last.isoformat(), "show": show}
    more = {"page": str(page)} if page > 1 else {}
    return f"{reverse('telephony:report_missed')}?{urlencode({**asked, **more})}"


def _shown(item: MissedItem) -> Client:
    over = item.closed_at if item.state == MissedState.RETURNED else None
    number = number_in_words(item.client_e164) if item.client_e164 else item.client_raw
    return Client(
        item=item,
        name=str(item.contact) if item.contact else "",
        number=number,
        url=reverse("telephony:missed_item", args=[item.pk]),
        tone=TONES.get(MissedState(item.state), "bad"),
        after=length((over - item.first_at).total_seconds()) if over else "",
        who=person(item.closed_by or item.assignee),
    )
