"""What the demo's employees do at their desks: pages are open, cards are looked at, results are written down."""

from __future__ import annotations

import random

from telephony.cards.presence import note_open_page
from telephony.cards.results import note_fetched, note_shown, save_result
from telephony.models import Card, Connection, Disposition

NOTES = (
    "Просил выслать прайс.",
    "Заказ на 12 упаковок, доставка в четверг.",
    "Уточнял сроки поставки.",
    "Перезвонить после обеда.",
    "",
    "",
)
WRITTEN_DOWN = 0.65


def open_pages(connection: Connection) -> None:
    """Everybody with a phone has a page open."""
    for extension in connection.extensions.all():
        note_open_page(extension.user_id)


def show_cards() -> None:
    """Cards that are on nobody's screen yet come to their users' pages."""
    new = list(Card.objects.filter(fetched_at=None))
    note_fetched(cards=new)
    for card in new:
        note_shown(card=card)


def write_down_results(*, connection: Connection, call_id: str, source: random.Random) -> None:
    """Who took the call says mostly what came of it; everybody closes the card."""
    labels = list(Disposition.objects.order_by("position"))
    for card in Card.objects.filter(call__connection=connection, call__external_id=call_id).select_related("call"):
        took = card.user_id == card.call.responsible_id and card.call.answered_at is not None
        says = took and source.random() < WRITTEN_DOWN
        result = source.choice(labels) if says and labels else None
        save_result(card=card, disposition=result, note=source.choice(NOTES) if says else "", close=True)
