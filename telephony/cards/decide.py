"""Who has a call on the screen, and why somebody has not.

docs/protocols.md, "Cards": only for a ringing leg of a mapped user, once per call and user, or for the leg that
answered where the PBX told of no phone that rang; not for late, internal or finished calls; withdrawn when somebody
else answers or the caller gives up. Whoever calls a client has a card, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from telephony.calls.change import Change
from telephony.cards import live
from telephony.cards.status import begin_after_call
from telephony.database.instances import new_row
from telephony.database.writing import Writes
from telephony.domain.events import CallStatus, Direction, LegRole
from telephony.models import Call, CallLeg, Card, CardDecision, DeskSettings

LATE = timedelta(minutes=2)
"""A ring that we hear of only now, or that is replayed, is no reason to interrupt anybody."""
PAGE_IS_OPEN = timedelta(seconds=90)
"""An open page is heard of at least this often (cards/stream.py, cards/views.py)."""


def give_cards(change: Change) -> None:
    """Give a card to whom the call rings for, take it from whose part in it is over, and tell their browsers."""
    if change.legs is not None:
        users = _change_cards(change, change.legs)
    elif change.differs("status"):
        users = _shown_to(change.all_legs())
    else:
        return
    live.tell_of_call(writes=change.writes, call=change.call, users=users)


def _change_cards(change: Change, legs: Sequence[CallLeg]) -> set[int]:
    """Returns the users who have, or had, a card of this call."""
    now = timezone.now()
    behind = _clock_behind(change)
    given = decide(call=change.call, legs=legs, now=now, clock_behind=behind)
    begin_after_call(change, legs=legs, now=now, clock_behind=behind)
    return update_cards(change, legs=legs, given=given, now=now)


def _clock_behind(change: Change) -> timedelta:
    """What to add to a time of the PBX's clock, to have it on ours; only the time after that is lateness.

    Until the clock is known (connections/clock.py), what counts is how long ago the message came.
    """
    event, heard_at = change.event, change.heard_at
    on_the_way = heard_at - event.occurred_at if event is not None and heard_at is not None else None
    known = change.call.connection.clock_behind
    if known is None:
        return on_the_way or timedelta(0)
    if known < 0 and not on_the_way:
        return timedelta(0)  # The message had no time of the PBX's: it is ours already.
    return timedelta(seconds=known)


def decide(
    *, call: Call, legs: Sequence[CallLeg], now: datetime, clock_behind: timedelta = timedelta(0)
) -> list[CallLeg]:
    """Note on each leg that is new whether its user gets a card, or why not. The caller saves the legs.

    Returns those whose users get one now.
    """
    given = []
    for leg in legs:
        if leg.card and leg.card != CardDecision.NO_EXTENSION:
            continue
        decision = _decision(call, leg, legs, now, clock_behind)
        # That the phone was nobody's is why, whatever else was learnt of it later.
        if decision and not (leg.card and decision in (CardDecision.LATE, CardDecision.OVER)):
            leg.card, leg.card_at = decision, leg.card_at if leg.card == decision else now
            given += [leg] if decision == CardDecision.SHOWN else []
    return given


def update_cards(change: Change, *, legs: Sequence[CallLeg], given: Sequence[CallLeg], now: datetime) -> set[int]:
    """Give a card to whom `decide` just gave it, and take it from whose part in the call is over.

    Returns the users who have, or had, a card of this call.
    """
    writes, of_call, stored = change.writes, {"call_id": change.call.pk}, change.stored_legs
    _give(writes, change.call, given, now)
    shown = _shown_to(legs)
    left = (_open_users(stored) - _open_users(legs)) & shown
    if left:
        mine = {**of_call, "user_id__in": left, "withdrawn_at__isnull": True}
        writes.update(Card, mine, {"withdrawn_at": now})
    # What looked like the end of the call was only a colleague's, or the reaper's: the phone rings or talks on.
    back = (_open_users(legs) - _open_users(stored)) & shown - _open_users(given)
    if back:
        mine = {**of_call, "user_id__in": back, "withdrawn_at__isnull": False}
        writes.update(Card, mine, {"withdrawn_at": None})
    return shown


def _shown_to(legs: Sequence[CallLeg]) -> set[int]:
    return {leg.user_id for leg in legs if leg.card == CardDecision.SHOWN and leg.user_id is not None}


def users_with_card(*, call: Call) -> set[int]:
    """The users who have, or had, a card of this call."""
    return set(Card.objects.filter(call=call).values_list("user_id", flat=True))


def _give(writes: Writes, call: Call, given: Sequence[CallLeg], now: datetime) -> None:
    by_user = {leg.user_id: leg for leg in given if leg.user_id is not None}
    rows = [
        new_row(Card, call=call, user_id=user, created_at=now, page_was_open=_page_is_open(leg, now))
        for user, leg in sorted(by_user.items())
    ]
    # Who had the call before, and gets it back, has the same card again.
    writes.insert(*rows, unique=["call", "user"], columns=["withdrawn_at", "dismissed_at", "page_was_open"])


def _decision(
    call: Call, leg: CallLeg, legs: Sequence[CallLeg], now: datetime, clock_behind: timedelta
) -> CardDecision | None:
    """None for a leg that cards are not for: a colleague who asks another one during a call."""
    if call.direction == Direction.INTERNAL:
        return CardDecision.INTERNAL
    if leg.role == LegRole.CALLING and call.direction != Direction.OUTGOING:
        return None
    if leg.user_id is None:
        return CardDecision.NO_EXTENSION
    return _of_user(call, leg, now) or _of_time(leg, legs, now - clock_behind) or _of_others(leg, legs)


def _of_user(call: Call, leg: CallLeg, now: datetime) -> CardDecision | None:
    user: Any = leg.user
    if not user.is_active:
        return CardDecision.INACTIVE
    wishes = settings_of(user)
    if not wishes.cards:
        return CardDecision.OFF
    if call.direction == Direction.OUTGOING and leg.role == LegRole.CALLING and not wishes.outgoing_cards:
        return CardDecision.OUTGOING_OFF
    return CardDecision.DO_NOT_DISTURB if wishes.is_undisturbed(now) else None


def _of_time(leg: CallLeg, legs: Sequence[CallLeg], now: datetime) -> CardDecision | None:
    """`now` is on the PBX's clock."""
    begun_at = leg.rang_at or leg.answered_at
    if begun_at is not None and begun_at <= now - LATE:
        return CardDecision.LATE if leg.rang_at is not None else CardDecision.OVER
    rings = leg.status == CallStatus.RINGING and leg.rang_at is not None
    return None if rings or _is_named_by_its_answer(leg, legs) else CardDecision.OVER


def _is_named_by_its_answer(leg: CallLeg, legs: Sequence[CallLeg]) -> bool:
    """Some PBXs never tell whose phone rings (XVB): whoever picked up can have the card only now."""
    return leg.status == CallStatus.TALKING and not any(other.rang_at for other in legs)


def _of_others(leg: CallLeg, legs: Sequence[CallLeg]) -> CardDecision:
    same_user = [other for other in legs if other is not leg and other.user_id == leg.user_id]
    if any(other.card == CardDecision.SHOWN and other.is_open for other in same_user):
        return CardDecision.DUPLICATE
    return CardDecision.SHOWN


def settings_of(user: Any) -> DeskSettings:
    """How the user wants cards; the defaults, unsaved, for one who never said."""
    found = getattr(user, "desk_settings", None)
    return found if isinstance(found, DeskSettings) else new_row(DeskSettings, user=user)


def _page_is_open(leg: CallLeg, now: datetime) -> bool:
    seen_at = settings_of(leg.user).seen_at
    return seen_at is not None and seen_at > now - PAGE_IS_OPEN


def _open_users(legs: Sequence[CallLeg]) -> set[int]:
    return {leg.user_id for leg in legs if leg.user_id is not None and leg.is_open}
