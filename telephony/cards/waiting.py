"""What a card says of a client who was missed: that they wait, who returns it, and who is calling them already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from telephony.calls.change import Change
from telephony.cards import live
from telephony.domain.events import Phone
from telephony.domain.missed import State, number_key
from telephony.missed.calling import Client, callers
from telephony.missed.folding import keep_missed
from telephony.missed.presenting import moment
from telephony.missed.selectors import latest_of
from telephony.models import Call, MissedItem, Team
from telephony.ui.presentation import person


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One line about the client's item, which leads to its page; and who is about them right now."""

    text: str = ""
    url: str = ""
    is_over: bool = False
    caller: str = ""


def keep_missed_and_tell(change: Change) -> None:
    """A follower: whoever is to return a missed call sees it at once."""
    changed, ended_at = keep_missed(change), change.call.ended_at
    if ended_at is not None and ended_at < timezone.now() - live.OLD:
        return  # The list, and the number in the menu, are read anew now and then.
    people = {item.assignee_id for item in changed if item.assignee_id is not None}
    teams = {item.team_id for item in changed if item.assignee_id is None and item.team_id is not None}
    if teams:
        people |= set(Team.members.through.objects.filter(team__in=teams).values_list("user_id", flat=True))
    if people:
        live.add(change.writes, users=people, content={"call": change.call.pk})


def waiting_of(calls: Sequence[Call], user: Any, now: datetime) -> dict[int, Waiting]:
    """By the call's key; nothing for calls without a number."""
    clients = {call.pk: client for call in calls if (client := _client(call)) is not None}
    if not clients:
        return {}
    keys = {key for client in clients.values() for key in client.keys}
    contacts = {client.contact for client in clients.values() if client.contact is not None}
    items = latest_of(user, keys=keys, contacts=contacts)
    busy = callers(set(clients.values()), besides=user, now=now)
    found = {}
    for call in calls:
        client = clients.get(call.pk)
        if client is None:
            continue
        item = next((one for one in items if _is_of(one, client)), None)
        caller = busy[client].words if client in busy else ""
        found[call.pk] = _waiting(item, call, caller, now)
    return found


def waiting_of_contact(contact_pk: int, phones: Sequence[Phone], user: Any, now: datetime) -> Waiting:
    """For the contact's page: its open item, and whoever calls it right now."""
    keys = frozenset(key for phone in phones if (key := number_key(raw=phone.raw, e164=phone.e164)))
    client = Client(keys=keys, contact=contact_pk)
    item = next((one for one in latest_of(user, keys=keys, contacts=[contact_pk]) if not one.is_over), None)
    busy = callers([client], besides=user, now=now)
    caller = busy[client].words if busy else ""
    if item is None:
        return Waiting(caller=caller)
    url = reverse("telephony:missed_item", args=[item.pk])
    return Waiting(text=in_words(item, now), url=url, caller=caller)


def _client(call: Call) -> Client | None:
    key = number_key(raw=call.client_raw, e164=call.client_e164)
    return Client(keys=frozenset([key]), contact=call.contact_id) if key else None


def _is_of(item: MissedItem, client: Client) -> bool:
    return item.client_key in client.keys or (client.contact is not None and item.contact_id == client.contact)


def _waiting(item: MissedItem | None, call: Call, caller: str, now: datetime) -> Waiting:
    if item is None or (item.is_over and not (call.is_missed and item.last_at >= call.started_at)):
        return Waiting(caller=caller)
    return Waiting(
        text=over_in_words(item, now) if item.is_over else in_words(item, now),
        url=reverse("telephony:missed_item", args=[item.pk]),
        is_over=item.is_over,
        caller="" if item.is_over else caller,
    )


def in_words(item: MissedItem, now: datetime) -> str:
    words = ngettext("missed %(count)d time", "missed %(count)d times", item.attempts) % {"count": item.attempts}
    if item.assignee is not None:
        who = gettext("%(who)s calls back") % {"who": person(item.assignee)}
    else:
        who = gettext("nobody took it yet")
    return (
        f"{words}, {moment(item.last_at, now)}; {who}, {gettext('until %(time)s') % {'time': moment(item.due_at, now)}}"
    )


def over_in_words(item: MissedItem, now: datetime) -> str:
    who = person(item.closed_by) if item.closed_by else ""
    when = moment(item.closed_at, now) if item.closed_at else ""
    word = gettext("talked with") if item.state == State.RETURNED else gettext("closed")
    return ", ".join(text for text in (word, who, when) if text)
