"""Who calls a client right now, or has just called: said before a second person presses the button."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from telephony.domain.events import OPEN, CallStatus, Direction
from telephony.domain.missed import number_key
from telephony.models import Call, Dial
from telephony.ui.presentation import person

JUST = timedelta(minutes=2)
OLDEST = timedelta(hours=4)
"""An open call that began before this is not believed any more."""
_NOT_SENT = (Dial.State.FAILED, Dial.State.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who is about a client; `name` is empty if nobody knows whose phone it is."""

    name: str
    how: str
    """calls, talks or called."""

    @property
    def words(self) -> str:
        who = self.name or gettext("A colleague")
        sentences = {
            "calls": gettext("%(who)s is calling them right now."),
            "talks": gettext("%(who)s is talking with them right now."),
            "called": gettext("%(who)s has just called them."),
        }
        return sentences[self.how] % {"who": who}


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """By what a client is known: the keys of numbers, a contact."""

    keys: frozenset[str]
    contact: int | None = None


def callers(clients: Iterable[Client], *, besides: Any, now: datetime | None = None) -> dict[Client, Caller]:
    """Of each client that somebody else calls or has just called, who that is."""
    now = now or timezone.now()
    wanted = list(clients)
    keys = {key for client in wanted for key in client.keys}
    contacts = {client.contact for client in wanted if client.contact is not None}
    if not keys and not contacts:
        return {}
    found: dict[Client, Caller] = {}
    for key, contact, caller in [*_of_calls(keys, contacts, besides, now), *_of_orders(keys, besides, now)]:
        for client in wanted:
            if key in client.keys or (contact is not None and contact == client.contact):
                found.setdefault(client, caller)
    return found


_Found = tuple[str, int | None, Caller]


def _of_calls(keys: set[str], contacts: set[int], besides: Any, now: datetime) -> list[_Found]:
    of_client = Q(client_e164__in=keys) | Q(client_e164="", client_match__in=keys) | Q(contact__in=contacts)
    going_on = Q(status__in=OPEN, started_at__gt=now - OLDEST)
    just = Q(direction=Direction.OUTGOING, ended_at__gt=now - JUST)
    calls = Call.objects.filter(of_client & (going_on | just)).prefetch_related("legs__user").order_by("-started_at")
    found: list[_Found] = []
    for call in calls[:50]:
        how = "talks" if call.status == CallStatus.TALKING else "calls"
        if call.status == CallStatus.RINGING and call.direction != Direction.OUTGOING:
            continue  # The client calls: whoever is free may take it.
        if call.ended_at is not None:
            how = "called"
        legs = list(call.legs.all())
        talking = [leg for leg in legs if leg.answered_at and not leg.ended_at] or legs
        if any(leg.user_id == besides.pk for leg in talking):
            continue
        name = next((person(leg.user) for leg in talking if leg.user is not None), "")
        key = number_key(raw=call.client_raw, e164=call.client_e164)
        found.append((key, call.contact_id, Caller(name=name, how=how)))
    return sorted(found, key=lambda one: one[2].how == "called")


def _of_orders(keys: set[str], besides: Any, now: datetime) -> list[_Found]:
    """Clicks whose call the PBX has not told of yet."""
    orders = Dial.objects.filter(phone_e164__in=keys, call=None, ordered_at__gt=now - JUST)
    orders = orders.exclude(state__in=_NOT_SENT).exclude(user=besides.pk).select_related("user")
    return [
        (order.phone_e164, None, Caller(name=person(order.user) if order.user else "", how="calls"))
        for order in orders.order_by("-ordered_at")[:50]
    ]
