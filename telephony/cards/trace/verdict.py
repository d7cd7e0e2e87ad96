"""A person's trace in one sentence, for who took the call and sets nothing up."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from telephony.cards.trace.steps import STOP, Step, lasted
from telephony.models import CallLeg, Card


def verdict(leg: CallLeg, legs: Sequence[CallLeg], card: Card | None, steps: Sequence[Step]) -> str:
    """Whether the card was seen, how soon, and who answered; without a card, why there was none."""
    if card is None or card.shown_at is None:
        return next((step.text for step in reversed(steps) if step.kind == STOP), steps[-1].text)
    waited = {"length": lasted((card.shown_at - card.created_at).total_seconds())}
    if any(one.answered_at and one.user_id == leg.user_id for one in legs):
        return _("The card was on the screen %(length)s after the ring; the call was answered.") % waited
    if any(one.answered_at for one in legs):
        return _("The card was on the screen %(length)s after the ring; a colleague answered.") % waited
    return _("The card was on the screen %(length)s after the ring; nobody answered.") % waited
