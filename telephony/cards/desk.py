"""A user's cards at this moment, ready for the template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from telephony.call_log.dashboard import listed_calls
from telephony.calls import access
from telephony.cards.decide import settings_of
from telephony.cards.states import CardState, Situation, situation_of
from telephony.cards.waiting import Waiting, waiting_of
from telephony.conf import contact_directory
from telephony.domain import directory, numbers
from telephony.domain.directory import Action, ContactCard, ContactDetails
from telephony.domain.events import Phone
from telephony.models import Call, CallResult, Card, Dial
from telephony.ui import places, presentation
from telephony.ui.lines import Lines
from telephony.ui.markup import page_url
from telephony.ui.presentation import CallRow
from telephony.ui.said import Said, said_of, with_results

MOST_CARDS = 12
OLDEST = timedelta(hours=24)
"""A call that began before is on no screen any more."""
LAST_CALLS, LOOKED_BACK = 3, 10
"""So many of a client's calls are shown, and so many looked through for what came of the last one."""
ORDER_WAITS = timedelta(seconds=60)
"""So long after a click on a number its call may take to begin."""

WORDS: dict[CardState, str | Promise] = {
    CardState.RINGING: _("Incoming call"),
    CardState.CALLING: _("Calling"),
    CardState.STALE: _("Nothing new is heard of this call"),
    CardState.TALKING: _("Talking"),
    CardState.ENDED: _("Call ended"),
    CardState.UNANSWERED: _("Not reached"),
    CardState.ELSEWHERE: _("Answered"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """One card as the template shows it."""

    card: Card
    call: Call
    situation: Situation
    word: str
    direction: str
    icon: str
    title: str
    """The contact, or the number, or that it was hidden."""
    subtitle: str
    """The company; of an unknown number, where it is from."""
    number: str
    dialable: str
    contact: ContactCard | None
    choices: Sequence[ContactCard]
    """Contacts who share the number, while nobody has said which one it is."""
    line: str
    responsible: str
    answered_by: str
    outcome: str
    talked: str
    last_calls: Sequence[CallRow] = ()
    last_time: Said | None = None
    """What somebody wrote down of the client's latest call with a result."""
    details: ContactDetails = field(default_factory=ContactDetails)
    actions: Sequence[Action] = ()
    result: CallResult | None = None
    waiting: Waiting | None = None
    """Of a client who was missed, or whom somebody else calls right now."""

    @property
    def state(self) -> str:
        return self.situation.state.value

    @property
    def rings(self) -> bool:
        return self.situation.state is CardState.RINGING

    @property
    def may_fold(self) -> bool:
        return self.situation.state is not CardState.RINGING

    @property
    def over_at(self) -> datetime | None:
        """Since when nothing more happens, on our clock where we heard of it in time; None while it goes on."""
        return None if self.situation.state.is_open else self.card.withdrawn_at or self.situation.since

    @property
    def may_be_called_back(self) -> bool:
        over = (CardState.ENDED, CardState.UNANSWERED)
        return bool(self.dialable) and self.situation.state in over

    @property
    def may_have_result(self) -> bool:
        return self.situation.state not in (CardState.RINGING, CardState.ELSEWHERE, CardState.GONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that is on a user's screen; `more` calls are in the call log only."""

    cards: Sequence[CardView] = ()
    orders: Sequence[Dial] = ()
    more: int = 0


def desk_of(user: Any, *, now: datetime | None = None) -> Desk:
    """The user's own cards: ringing before talking before finished, the newest of each first.

    Nothing for who does not want to be disturbed: what was there goes, too.
    """
    now = now or timezone.now()
    if settings_of(user).is_undisturbed(now):
        return Desk()
    found = []
    for card in _candidates(user, now):
        legs = list(card.call.legs.all())
        situation = situation_of(card, legs, now=now)
        is_over = situation.until is not None and situation.until <= now
        if situation.state is not CardState.GONE and not is_over:
            found.append((card, situation))
    found.sort(key=lambda pair: pair[1].state.rank)
    shown = found[:MOST_CARDS]
    lines = Lines()
    results = {
        result.call_id: result
        for result in CallResult.objects.filter(user=user, call__in=[card.call_id for card, _situation in shown])
    }
    waiting = waiting_of([card.call for card, _situation in shown], user, now)
    views = [
        replace(_view(card, situation, user, lines, results.get(card.call_id)), waiting=waiting.get(card.call_id))
        for card, situation in shown
    ]
    return Desk(cards=views, orders=_orders(user, now), more=len(found) - len(shown))


def _candidates(user: Any, now: datetime) -> Iterable[Card]:
    recent = Card.objects.filter(user=user, dismissed_at=None, created_at__gt=now - OLDEST)
    with_calls = recent.select_related("call__connection", "call__contact", "call__responsible")
    with_calls = with_calls.defer("call__connection__settings", "call__connection__hook_secret")
    return with_calls.prefetch_related("call__legs__user").order_by("-created_at")[:100]


def _orders(user: Any, now: datetime) -> list[Dial]:
    states = [Dial.State.WAITING, Dial.State.ORDERED, Dial.State.SENT]
    waiting = Dial.objects.filter(user=user, call=None, state__in=states)
    return list(waiting.filter(ordered_at__gt=now - ORDER_WAITS))


def _view(card: Card, situation: Situation, user: Any, lines: Lines, result: CallResult | None) -> CardView:
    call = card.call
    crm, known = contact_directory(), _contacts(call)
    contact = next((one for one in known if one.pk == call.contact_id), None)
    symbol, direction = presentation.DIRECTIONS[call.direction]
    is_open = situation.state.is_open
    number = numbers.shown(call.client_e164) if call.client_e164 else call.client_raw
    talked = situation.leg.talk_seconds if situation.leg else None
    earlier = _earlier(call, user) if is_open else []
    return CardView(
        card=card,
        call=call,
        situation=situation,
        word=_word(call, situation),
        direction=str(direction),
        icon=symbol,
        title=contact.name if contact else number or gettext("Hidden number"),
        subtitle=contact.company if contact else _unknown(call, known),
        number=number if contact else "",
        dialable=call.client_e164 or call.client_raw,
        contact=contact,
        choices=() if contact else known,
        line=lines.with_number(call) or call.connection.name,
        responsible=_name_of(contact.responsible_id) if contact else "",
        answered_by=presentation.person(situation.answered_by.user) if situation.answered_by else "",
        outcome=presentation.outcome(call)[0],
        talked=presentation.length(talked) if talked is not None else presentation.talked(call),
        last_calls=presentation.call_rows(earlier[:LAST_CALLS]),
        last_time=next((said for before in earlier for said in said_of(before)), None),
        details=directory.details_of(crm, contact.pk, user) if contact and is_open else ContactDetails(),
        actions=() if situation.state is CardState.ELSEWHERE else directory.actions_for(crm, call, user),
        result=result,
    )


def _word(call: Call, situation: Situation) -> str:
    if situation.state is CardState.RINGING and situation.leg is not None and situation.leg.is_transfer:
        return gettext("Call handed over to you")
    if situation.state is CardState.RINGING and call.direction == "outgoing":
        return gettext("Your phone rings")
    return str(WORDS[situation.state])


def _contacts(call: Call) -> list[ContactCard]:
    number = Phone(raw=call.client_raw, e164=call.client_e164)
    found = contact_directory().find(number) if call.client_raw else []
    if call.contact_id is not None and all(card.pk != call.contact_id for card in found):
        # The number is not theirs any more, or was hidden; the call is.
        found = [ContactCard(pk=call.contact_id, name=str(call.contact), url=page_url(call.contact)), *found]
    return found


def _unknown(call: Call, known: Sequence[ContactCard]) -> str:
    if known:
        return gettext("Several contacts have this number. Who is it?")
    where = places.whereabouts(call.client_e164)
    unknown = gettext("unknown number") if call.client_raw else ""
    return ", ".join(text for text in (unknown, where) if text)


def _name_of(user_pk: int | None) -> str:
    if user_pk is None:
        return ""
    return presentation.person(get_user_model()._default_manager.filter(pk=user_pk).first())


def _earlier(call: Call, user: Any) -> list[Call]:
    """The client's calls before this one, as far as the user may see them, the latest first."""
    same = Q(pk__in=())
    if call.client_match:
        same |= Q(client_match=call.client_match)
    if call.contact_id is not None:
        same |= Q(contact=call.contact_id)
    earlier = Call.objects.filter(same).exclude(pk=call.pk).order_by("-started_at", "-id")
    return list(listed_calls(access.visible_calls(user, earlier)).prefetch_related(with_results())[:LOOKED_BACK])
