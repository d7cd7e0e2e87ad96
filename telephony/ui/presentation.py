"""Calls as people read them: words, colours and lengths of time for the lists and the call's page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from telephony.domain import numbers
from telephony.domain.events import CallEvent, CallStatus, Direction
from telephony.models import Call, DirectionChoice, StatusChoice
from telephony.ui.lines import Lines
from telephony.ui.markup import change_url, page_url

DAY = 86400
"""Seconds."""
_STATUSES = dict(StatusChoice.choices)  # get_status_display() takes longer than the rest of a row.

_ICONS = {
    Direction.INCOMING: "call_received",
    Direction.OUTGOING: "call_made",
    Direction.INTERNAL: "sync_alt",
    Direction.UNKNOWN: "question_mark",
}
DIRECTIONS: dict[str, tuple[str, str | Promise]] = {
    direction: (icon, DirectionChoice(direction).label) for direction, icon in _ICONS.items()
}
"""Direction: icon and word."""

TONES: dict[str, str] = {
    CallStatus.RINGING: "warn",
    CallStatus.TALKING: "busy",
    CallStatus.ANSWERED: "good",
    CallStatus.FAILED: "bad",
}
"""Status of a call or a leg: the colour of its badge (markup.badge); without one here it has none."""

EVENT_LABELS: dict[str, str | Promise] = {
    "ordered": _("ordered from a page"),
    "call_started": _("call began"),
    "leg_ringing": _("phone rings"),
    "answered": _("answered"),
    "leg_ended": _("phone hung up"),
    "ended": _("call ended"),
    "reaped": _("closed by us: nothing was heard of it any more"),
    "recording_ready": _("recording is ready"),
}

ROLE_LABELS: dict[str, str | Promise] = {"called": _("was called"), "calling": _("called")}

FACT_LABELS: dict[str, str | Promise] = {
    "client_raw": _("client's number"),
    "our_number": _("our number"),
    "started_at": _("start"),
    "direction": _("direction"),
}


def event_label(event: CallEvent) -> str | Promise:
    """What happened, and from whom we know if no message told it."""
    if event.listed_at is not None:
        return _("call ended, by the PBX's own list")
    return EVENT_LABELS.get(event.kind, event.kind)


def length(seconds: int | float | None) -> str:
    """A length of time as 0:07, 12:40 or 1:02:03, from a day on in words; empty for none."""
    if seconds is None:
        return ""
    if round(seconds) >= DAY:
        days, rest = divmod(round(seconds), DAY)
        return gettext("%(days)d d %(hours)d h") % {"days": days, "hours": rest // 3600}
    minutes, second = divmod(max(0, round(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def talked(call: Call) -> str:
    """How long they talked; empty if nobody answered."""
    return length(call.talk_seconds) if call.answered_at else ""


def outcome(call: Call) -> tuple[str, str]:
    """The status in words, and its colour."""
    if call.is_missed:
        if call.status == CallStatus.BUSY:
            return gettext("missed: busy"), "bad"
        return gettext("missed"), "bad"
    return str(_STATUSES.get(call.status, call.status)), TONES.get(call.status, "")


def person(user: Any) -> str:
    """A user's full name, or the user name."""
    return (user.get_full_name() or user.get_username()) if user is not None else ""


def client_number(call: Call) -> str:
    return call.client_e164 or call.client_raw


def shown_number(call: Call) -> str:
    """The client's number with spaces: +7 923 529-29-26; what is no valid number as it came."""
    if not call.client_e164:
        return call.client_raw
    extension = numbers.normalise(call.client_raw, call.connection.phone_region).extension
    return number_in_words(call.client_e164, extension)


def number_in_words(e164: str, extension: str = "") -> str:
    """+7 495 200-09-01, and the extension that is dialled after it."""
    number = numbers.shown(e164)
    if not extension:
        return number
    return gettext("%(number)s, ext. %(extension)s") % {"number": number, "extension": extension}


def client_name(call: Call) -> str:
    """Who is at the other end: the contact, or the number, or that the number was hidden."""
    if call.contact is not None:
        return str(call.contact)
    return shown_number(call) or (gettext("between colleagues") if call.direction == "internal" else gettext("hidden"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """One row of a short list of calls."""

    url: str
    icon: str
    direction: str | Promise
    client: str
    number: str
    """The client's number, where `client` is a name; else empty."""
    phone: str
    """The client's number, for the button that calls it."""
    contact_url: str
    line: str
    """What people call our number; see telephony.ui.lines."""
    started_at: datetime
    time: str
    day: str
    """When it started; empty for today."""
    waited: str
    talked: str
    outcome: str
    tone: str
    responsible: str
    connection: str
    players: tuple[Any, ...] = ()
    """Of its recordings (players.call_rows)."""

    @property
    def started(self) -> str:
        """The time; with the day, unless that is today."""
        return f"{self.day} {self.time}".strip()


def call_rows(calls: Iterable[Call]) -> list[CallRow]:
    """Calls, read with `dashboard.listed_calls`, ready for `telephony/admin/calls_table.html`."""
    lines = Lines()
    return [call_row(call, lines) for call in calls]


def call_row(call: Call, lines: Lines | None = None) -> CallRow:
    """One of them; `lines` saves a query for each where there are several."""
    symbol, direction = DIRECTIONS[call.direction]
    text, tone = outcome(call)
    return CallRow(
        url=change_url(call),
        icon=symbol,
        direction=direction,
        client=client_name(call),
        number=shown_number(call) if call.contact is not None else "",
        phone=client_number(call),
        contact_url=page_url(call.contact),
        line=(lines or Lines()).name(call),
        started_at=call.started_at,
        time=f"{timezone.localtime(call.started_at):%H:%M}",
        day=_day(call.started_at),
        waited=length(call.ring_seconds),
        talked=talked(call),
        outcome=text,
        tone=tone,
        responsible=person(call.responsible),
        connection=call.connection.name,
    )


def _day(moment: datetime) -> str:
    day = timezone.localtime(moment).date()
    return "" if day == timezone.localdate() else formats.date_format(day, "SHORT_DATE_FORMAT")
