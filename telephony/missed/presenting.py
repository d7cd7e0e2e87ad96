"""Items as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext, ngettext

from telephony.domain import numbers
from telephony.domain.missed import State
from telephony.missed.calling import Caller, Client, callers
from telephony.models import MissedItem, MissedPlace
from telephony.ui import places
from telephony.ui.lines import Lines
from telephony.ui.markup import page_url
from telephony.ui.presentation import length, person

TONES = {State.OPEN: "warn", State.TAKEN: "busy", State.RETURNED: "good"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One item for a list or its own page."""

    item: MissedItem
    state: str
    tone: str
    word: str
    client: str
    number: str
    where: str
    """Of an unknown number, where it is from."""
    url: str
    """The contact's page."""
    phone: str
    attempts: str
    tried: str
    """When: the first and the last time."""
    waited: str
    gave_up: str
    line: str
    due: str
    is_overdue: bool
    who: str
    over: str
    """How it ended, when, and by whom."""
    callbacks: str
    caller: Caller | None


def rows_of(items: Sequence[MissedItem], user: Any, now: datetime) -> list[ItemRow]:
    """With whoever is calling them at this moment."""
    lines = Lines()
    clients = {item.pk: client_of(item) for item in items if not item.is_over}
    busy = callers(set(clients.values()), besides=user, now=now)
    return [_row(item, lines, busy.get(clients[item.pk]) if item.pk in clients else None, now) for item in items]


def client_of(item: MissedItem) -> Client:
    return Client(keys=frozenset([item.client_key]), contact=item.contact_id)


def _row(item: MissedItem, lines: Lines, caller: Caller | None, now: datetime) -> ItemRow:
    state = item.state_at(now)
    overdue = item.is_overdue(now)
    number = numbers.shown(item.client_e164) if item.client_e164 else item.client_raw
    return ItemRow(
        item=item,
        state=state,
        tone="bad" if overdue else TONES.get(State(state), ""),
        word=gettext("overdue") if overdue else _word(item, state),
        client=str(item.contact) if item.contact else number,
        number=number if item.contact else "",
        where="" if item.contact else places.whereabouts(item.client_e164),
        url=page_url(item.contact) if item.contact else "",
        phone=item.client_e164 or item.client_raw,
        attempts=ngettext("%(count)d call", "%(count)d calls", item.attempts) % {"count": item.attempts},
        tried=_tried(item, now),
        waited=length(item.longest_wait),
        gave_up=_gave_up(item),
        line=lines.name(item) or item.connection.name,
        due=moment(item.due_at, now),
        is_overdue=overdue,
        who=person(item.assignee) if item.assignee else (item.team.name if item.team else ""),
        over=_over(item, now) if item.is_over else "",
        callbacks=_callbacks(item, now),
        caller=caller,
    )


def _word(item: MissedItem, state: str) -> str:
    if state == State.SNOOZED and item.snoozed_until is not None:
        return gettext("put off until %(time)s") % {"time": moment(item.snoozed_until, timezone.now())}
    return str(dict(MissedItem._meta.get_field("state").flatchoices)[state])


def _tried(item: MissedItem, now: datetime) -> str:
    first, last = (timezone.localtime(at) for at in (item.first_at, item.last_at))
    if item.attempts == 1:
        return moment(last, now)
    until = f"{last:%H:%M}"
    if last.date() != first.date():  # A time alone would be one of the first day.
        is_today = last.date() == timezone.localtime(now).date()
        until = gettext("today %(time)s") % {"time": until} if is_today else moment(last, now)
    return gettext("%(first)s to %(last)s") % {"first": moment(first, now), "last": until}


def _gave_up(item: MissedItem) -> str:
    """Where, if that is known, and what the PBX said of it."""
    where = "" if item.gave_up_in == MissedPlace.UNKNOWN else str(item.get_gave_up_in_display())
    said = str(item.last_call.get_status_display()) if item.last_call else ""
    return ", ".join(text for text in (where, said) if text)


def _over(item: MissedItem, now: datetime) -> str:
    parts = [str(item.get_closed_reason_display())]
    if item.closed_by:
        parts.append(person(item.closed_by))
    if item.closed_at:
        parts.append(moment(item.closed_at, now))
    if item.state == State.RETURNED and item.closed_at:
        parts.append(_how_soon(item.closed_at - item.first_at))
    return ", ".join(part for part in parts if part)


def _how_soon(time: timedelta) -> str:
    if time < timedelta(minutes=1):
        return gettext("at once")
    return gettext("after %(time)s") % {"time": duration(time)}


def _callbacks(item: MissedItem, now: datetime) -> str:
    if not item.callbacks or item.last_callback_at is None:
        return ""
    words = ngettext(
        "called back %(count)d time, not reached", "called back %(count)d times, not reached", item.callbacks
    )
    return f"{words % {'count': item.callbacks}}, {moment(item.last_callback_at, now)}"


def moment(at: datetime, now: datetime) -> str:
    """The time; of another day the day, too."""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    clock = f"{local:%H:%M}"
    if local.date() == today:
        return clock
    if local.date() == today - timedelta(days=1):
        return gettext("yesterday %(time)s") % {"time": clock}
    if local.date() == today + timedelta(days=1):
        return gettext("tomorrow %(time)s") % {"time": clock}
    return f"{formats.date_format(local, 'SHORT_DATE_FORMAT')} {clock}"


def duration(time: timedelta) -> str:
    """In words, to the minute: 12 min, 3 h 05 min, 2 d 4 h."""
    minutes = max(0, round(time.total_seconds() / 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return gettext("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if hours:
        return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    return gettext("%(minutes)d min") % {"minutes": minutes}
