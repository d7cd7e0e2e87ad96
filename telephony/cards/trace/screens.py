"""The last part of a trace: from the card to the eyes of its user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from telephony.calls import access
from telephony.cards.trace.steps import OK, STOP, WAIT, Reader, Step, clock, lasted
from telephony.models import Call, CallLeg, Card, DeskSettings
from telephony.ui import presentation


def screen_steps(call: Call, legs: Sequence[CallLeg], card: Card, reader: Reader) -> list[Step]:
    """Given, sent, seen; and how it went from the screen."""
    given = Step(kind=OK, code="given", text=_("A card was made at %(time)s.") % {"time": clock(card.created_at)})
    if card.fetched_at is None:
        return [given, _not_sent(card, reader), *_end(legs, card)]
    waited = {"time": clock(card.fetched_at), "length": lasted((card.fetched_at - card.created_at).total_seconds())}
    sent = Step(kind=OK, code="sent", text=_("A browser was given it at %(time)s, %(length)s later.") % waited)
    return [given, sent, _seen(card, reader), *_end(legs, card)]


def _not_sent(card: Card, reader: Reader) -> Step:
    user: Any = card.user
    name = {"name": presentation.person(user)}
    if not user.is_staff:
        text = _("%(name)s may not open these pages (“staff status” is off), so there is no screen for it.") % name
        url = reader.change(user)
        return Step(kind=STOP, code="not_staff", text=text, url=url, link=_("User") if url else "")
    if not card.page_was_open:
        text = _("No page of %(name)s was open, so there was no screen to show it on.") % name
        seen_at = DeskSettings.objects.filter(user=user).values_list("seen_at", flat=True).first()
        text += " " + (
            _("The last one was seen at %(time)s.") % {"time": clock(seen_at)} if seen_at else _("None ever was.")
        )
        return Step(kind=STOP, code="no_page", text=text)
    if card.withdrawn_at is not None:
        rang = {"length": lasted((card.withdrawn_at - card.created_at).total_seconds())}
        text = (
            _(
                "A page was open, but the call was over for this phone after %(length)s, before the browser had "
                "asked for the card: it was offline, or asleep."
            )
            % rang
        )
        return Step(kind=STOP, code="not_fetched", text=text)
    text = _("A page was open, but its browser has not asked for the card: it is offline, or asleep.")
    return Step(kind=WAIT, code="not_fetched_yet", text=text)


def _seen(card: Card, reader: Reader) -> Step:
    if card.shown_at is not None:
        waited = {"time": clock(card.shown_at), "length": lasted((card.shown_at - card.created_at).total_seconds())}
        text = _("It was on the screen at %(time)s, %(length)s after we heard of the ring.") % waited
        return Step(kind=OK, code="shown", text=text)
    text = _(
        "No tab was in the foreground, so it was not seen. Sound and browser notifications reach people "
        "who look at something else."
    )
    url, link = "", ""
    if reader.is_of_user(card.user_id):
        url, link = reverse("telephony:desk_settings"), _("Your settings")
    return Step(kind=STOP, code="background", text=text, url=url, link=link)


def _end(legs: Sequence[CallLeg], card: Card) -> list[Step]:
    steps = []
    if card.withdrawn_at is not None:
        other = next((leg for leg in legs if leg.answered_at and leg.user_id not in (None, card.user_id)), None)
        mine = any(leg.answered_at and leg.user_id == card.user_id for leg in legs)
        at = {"time": clock(card.withdrawn_at), "name": presentation.person(other.user) if other else ""}
        text = _("Taken back at %(time)s: %(name)s answered.") if other and not mine else _("Over at %(time)s.")
        steps.append(Step(kind=WAIT, code="withdrawn", text=text % at))
    if card.dismissed_at is not None:
        text = _("Closed by its user at %(time)s.") % {"time": clock(card.dismissed_at)}
        steps.append(Step(kind=WAIT, code="dismissed", text=text))
    return steps


def may_see_pages(user: Any) -> bool:
    """Whether calls can be shown to this user at all."""
    return bool(user.is_active and user.is_staff and access.seeing(user) > access.Scope.NOTHING)
