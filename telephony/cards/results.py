"""What people do at their desk: they see cards, close them, and write down what came of a call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from telephony.calls import contacts
from telephony.cards import live
from telephony.cards.decide import users_with_card
from telephony.models import Call, CallResult, Card, DeskSettings, Disposition
from telephony.outgoing.notices import tell_of_result
from telephony.reports.facts import recount


def note_fetched(*, cards: Sequence[Card]) -> None:
    """These cards are on their way to a browser of their user; the first time counts."""
    fresh = [card.pk for card in cards if card.fetched_at is None]
    if fresh:
        Card.objects.filter(pk__in=fresh, fetched_at=None).update(fetched_at=timezone.now())


def note_shown(*, card: Card) -> None:
    """A browser had this card on a screen; the first time counts."""
    Card.objects.filter(pk=card.pk, shown_at=None).update(shown_at=timezone.now())


@transaction.atomic
def dismiss(*, cards: Sequence[Card]) -> None:
    """Their user closed these cards: they go from all tabs, and stay closed."""
    keys = sorted(card.pk for card in cards)
    Card.objects.filter(pk__in=keys, dismissed_at=None).update(dismissed_at=timezone.now())
    for user_id in sorted({card.user_id for card in cards}):
        live.publish(users=[user_id], content={})


@transaction.atomic
def save_result(*, card: Card, disposition: Disposition | None, note: str, close: bool) -> None:
    """Keep what this card's user says came of the call; with `close`, the card is done with."""
    write_result(call=card.call, user_id=card.user_id, by_id=card.user_id, disposition=disposition, note=note)
    if close:
        dismiss(cards=[card])


@transaction.atomic
def write_result(*, call: Call, user_id: int, by_id: int, disposition: Disposition | None, note: str) -> None:
    """Keep what a user says came of a call, as `by_id` writes it down; reports and other systems follow.

    What says what is there already, or nothing at all, changes nothing.
    """
    row = CallResult.objects.filter(call=call, user_id=user_id).first() or CallResult(call=call, user_id=user_id)
    before = (row.disposition_id, row.note)
    row.disposition, row.note = disposition, note.strip()
    if (row.disposition_id, row.note) == before:
        return
    row.changed_by_id = None if by_id == user_id else by_id
    row.save()
    recount(pk=call.pk)
    tell_of_result(call=call)
    live.publish(users={user_id, *users_with_card(call=call)}, content={"call": call.pk})


@transaction.atomic
def choose_contact(*, call: Call, contact_pk: int, user: Any) -> None:
    """Say whose call it is; everybody who has a card of it sees that."""
    contacts.attach_contact(call=call, contact_pk=contact_pk, user=user)
    live.publish(users=users_with_card(call=call), content={"call": call.pk}, board=True)


@transaction.atomic
def save_preferences(*, row: DeskSettings) -> None:
    """Keep how the user wants to be told of calls; open tabs hear of it."""
    row.save()
    live.publish(users=[row.user_id], content={}, board=True)
