"""The part of a trace that is one person's: their phone, their settings, their screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from telephony.cards.trace.screens import screen_steps
from telephony.cards.trace.steps import OK, STOP, WAIT, Reader, Step, clock, lasted
from telephony.domain.events import CallEvent, Direction
from telephony.models import Call, CallLeg, Card, CardDecision, Delivery, DeskSettings, Extension
from telephony.ui import presentation

SLOW = timedelta(seconds=60)
HALF_HOUR = 1800
CLOCK_SLIP = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """How we heard of a phone: the earliest event about it, and the message that brought it."""

    event: CallEvent | None
    delivery: Delivery | None
    rang: bool
    """It told that the phone rings, and not only that it was answered or hung up."""
    is_caller: bool


def person_steps(
    call: Call, leg: CallLeg, legs: Sequence[CallLeg], *, heard: Heard, card: Card | None, reader: Reader
) -> list[Step]:
    """From the ring to the screen, or to where it ended."""
    steps = [_rang(heard, leg)]
    if leg.card == CardDecision.SHOWN or card is not None:
        steps.append(_whose(leg, reader))
        return steps + (screen_steps(call, legs, card, reader) if card is not None else [])
    if leg.user is not None and leg.card != CardDecision.NO_EXTENSION:
        steps.append(_whose(leg, reader))
    explain = _REASONS.get(leg.card)
    steps.append(explain(call, leg, heard, reader) if explain else _undecided(call, leg))
    return steps


def _rang(heard: Heard, leg: CallLeg) -> Step:
    if heard.event is None:
        return Step(kind=WAIT, code="not_named", text=_("No message that is still kept names this phone."))
    at = {"time": clock(heard.event.occurred_at)}
    if heard.is_caller:
        text = _("This phone called at %(time)s.") % at
    elif heard.rang:
        text = _("This phone began to ring at %(time)s.") % at
    else:
        text = _("Of this phone the PBX told first at %(time)s, and not that it rang.") % at
    if heard.delivery is not None:
        text += " " + _("We heard of it at %(time)s.") % {"time": clock(heard.delivery.received_at)}
    return Step(kind=OK, code="rang", text=text)


def _whose(leg: CallLeg, reader: Reader) -> Step:
    url = reader.change(leg.extension) if leg.extension else ""
    return Step(
        kind=OK,
        code="whose",
        text=_("It is %(name)s's phone.") % {"name": presentation.person(leg.user)},
        url=url,
        link=_("Extension") if url else "",
    )


def _nobodys(call: Call, leg: CallLeg, heard: Heard, reader: Reader) -> Step:
    number = leg.extension_number
    where = {"number": str(leg), "connection": call.connection.name, "name": presentation.person(leg.user)}
    if leg.user is not None:
        text = _("At that time this phone was nobody's here; now it is %(name)s's.") % where
        return Step(kind=STOP, code="mapped_since", text=text, url=reader.change(leg.extension), link=_("Extension"))
    add = reader.add(Extension, connection=call.connection_id, number=number, leg=leg.pk if leg.key_hash else "")
    link = _("Say whose it is") if add else ""
    here = Extension.objects.filter(connection=call.connection)
    if not here.exists():
        text = _("Nobody has a phone at “%(connection)s” yet: say whose phones are 101, 102 and so on.") % where
        return Step(kind=STOP, code="no_extensions", text=text, url=add, link=link)
    same = Q(number=number) if number else Q(key_hash=leg.key_hash) & ~Q(key_hash="")
    elsewhere = Extension.objects.filter(same).exclude(connection=call.connection).select_related("user", "connection")
    if (other := elsewhere.first()) is not None:
        where |= {"name": presentation.person(other.user), "other": other.connection.name}
        text = (
            _("Phone %(number)s is nobody's at “%(connection)s”. %(name)s has that number, but at “%(other)s”.") % where
        )
        return Step(kind=STOP, code="other_connection", text=text, url=add, link=link)
    if (similar := _similar(here, number)) is not None:
        where |= {"name": presentation.person(similar.user), "other": similar.number}
        text = _("Phone %(number)s is nobody's here. %(name)s has %(other)s: is that the same phone, mistyped?") % where
        url = reader.change(similar)
        return Step(kind=STOP, code="mistyped", text=text, url=url, link=_("Extension") if url else "")
    if not number:
        text = _("The PBX named the phone by %(number)s, which nobody has here.") % where
        return Step(kind=STOP, code="unknown_key", text=text, url=add, link=link)
    text = _("Phone %(number)s is nobody's at “%(connection)s”.") % where
    return Step(kind=STOP, code="no_extension", text=text, url=add, link=link)


def _similar(here: Any, number: str) -> Extension | None:
    """An extension of the same connection that reads like a slip of the pen: blanks, zeros, an account's prefix."""
    bare = number.strip().lstrip("0")
    if len(bare) < 2:
        return None
    for extension in here.exclude(number="").select_related("user"):
        other = extension.number.strip().lstrip("0")
        if other and (other.endswith(bare) or bare.endswith(other)):
            found: Extension = extension
            return found
    return None


def _inactive(call: Call, leg: CallLeg, heard: Heard, reader: Reader) -> Step:
    text = _("%(name)s was deactivated, and gets no cards.") % {"name": presentation.person(leg.user)}
    url = reader.change(leg.user)
    return Step(kind=STOP, code="inactive", text=text, url=url, link=_("User") if url else "")


def _by_settings(text: str | Promise, code: str) -> Callable[[Call, CallLeg, Heard, Reader], Step]:
    def explain(call: Call, leg: CallLeg, heard: Heard, reader: Reader) -> Step:
        said = str(text) % {"name": presentation.person(leg.user)}
        url, link = _settings(leg.user, reader)
        return Step(kind=STOP, code=code, text=said, url=url, link=link)

    return explain


def _settings(user: Any, reader: Reader) -> tuple[str, str]:
    if reader.is_of_user(user.pk):
        return reverse("telephony:desk_settings"), _("Your settings")
    url = reader.change(DeskSettings.objects.filter(user=user).first())
    return url, _("Settings of %(name)s") % {"name": presentation.person(user)} if url else ""


def _internal(call: Call, leg: CallLeg, heard: Heard, reader: Reader) -> Step:
    return Step(
        kind=STOP, code="internal", text=_("Colleagues called each other: cards are for calls with clients only.")
    )


def _late(call: Call, leg: CallLeg, heard: Heard, reader: Reader) -> Step:
    decided, rang = leg.card_at, leg.rang_at
    delivery = heard.delivery
    if delivery is None or decided is None or rang is None:
        return Step(
            kind=STOP, code="late", text=_("We heard of it more than two minutes after the phone began to ring.")
        )
    waited = decided - delivery.received_at
    if waited > SLOW:
        text = _(
            "The message came at %(time)s, but was processed %(length)s later: the server or its worker was "
            "busy or stopped, or it was replayed."
        )
        said = text % {"time": clock(delivery.received_at), "length": lasted(waited.total_seconds())}
        url = reader.change(delivery)
        return Step(kind=STOP, code="processed_late", text=said, url=url, link=_("Message") if url else "")
    late = (delivery.received_at - rang).total_seconds() - (call.connection.clock_behind or 0)
    if abs(late - round(late / HALF_HOUR) * HALF_HOUR) < CLOCK_SLIP and late > HALF_HOUR - CLOCK_SLIP:
        text = _(
            "By the PBX's clock the phone began to ring %(length)s before its message came. That is most "
            "likely the wrong time zone: the connection says %(zone)s."
        )
        zone = call.connection.time_zone
        said = text % {"length": lasted(late), "zone": zone}
        url = reader.change(call.connection)
        return Step(kind=STOP, code="wrong_clock", text=said, url=url, link=_("Time zone") if url else "")
    text = _("The PBX's message came %(length)s after the phone began to ring: too late for a card.")
    return Step(kind=STOP, code="late", text=text % {"length": lasted(late)})


def _over(call: Call, leg: CallLeg, heard: Heard, reader: Reader) -> Step:
    if heard.rang and leg.rang_at is not None:
        text = _(
            "When we heard of it, the phone did not ring any more: it had been answered or hung up, here or elsewhere."
        )
        return Step(kind=STOP, code="over", text=text)
    url = reader.change(call.connection)
    text = _(
        "That this phone rang was not told: the PBX named it only when it answered or hung up. Have the "
        "PBX tell of ringing phones, too."
    )
    return Step(kind=STOP, code="ring_not_told", text=text, url=url, link=_("Connection") if url else "")


def _duplicate(call: Call, leg: CallLeg, heard: Heard, reader: Reader) -> Step:
    text = _("%(name)s had a card of this call already, by another phone.") % {"name": presentation.person(leg.user)}
    return Step(kind=STOP, code="duplicate", text=text)


def _undecided(call: Call, leg: CallLeg) -> Step:
    if call.direction != Direction.OUTGOING and leg.role == "calling":
        text = _("This phone called a colleague during the call: that needs no card.")
        return Step(kind=STOP, code="consultation", text=text)
    return Step(
        kind=WAIT, code="unknown", text=_("Nothing was noted about a card: the call is older than cards are here.")
    )


_REASONS: dict[str, Callable[[Call, CallLeg, Heard, Reader], Step]] = {
    CardDecision.NO_EXTENSION: _nobodys,
    CardDecision.INACTIVE: _inactive,
    CardDecision.OFF: _by_settings(_lazy("%(name)s had cards switched off."), "off"),
    CardDecision.OUTGOING_OFF: _by_settings(
        _lazy("%(name)s had cards of outgoing calls switched off."), "outgoing_off"
    ),
    CardDecision.DO_NOT_DISTURB: _by_settings(_lazy("%(name)s did not want to be disturbed then."), "dnd"),
    CardDecision.INTERNAL: _internal,
    CardDecision.LATE: _late,
    CardDecision.OVER: _over,
    CardDecision.DUPLICATE: _duplicate,
}
