"""Why a call was lost, and what to change, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from telephony.domain.causes import Cause
from telephony.domain.events import Direction
from telephony.models import Call, CallFact

Words = tuple[str | Promise, str | Promise]
"""A sentence, in which %(after)s is “ after 34 s” or nothing; and an advice."""

CAME_IN: Mapping[Cause, Words] = {
    Cause.NOT_REGISTERED: (
        _("The employee's phone was not connected with the PBX."),
        _("Switch the phone or the program on, or check its password and network at the PBX."),
    ),
    Cause.BUSY: (
        _("The employees' lines were busy."),
        _("Add people to the group, or a queue in which clients wait for the next free one."),
    ),
    Cause.NOT_PICKED_UP: (
        _("The phone rang, and nobody picked up%(after)s."),
        _("Let several phones ring, or pass the call on to somebody else sooner."),
    ),
    Cause.REJECTED: (
        _("Somebody declined the call."),
        _("Ask the employee; let the PBX pass declined calls on to a colleague."),
    ),
    Cause.OUTSIDE_HOURS: (
        _("The call came outside working hours."),
        _("Call back when work begins. If somebody was there, mend the working hours."),
    ),
    Cause.NO_MONEY: (_("The PBX's account has no money."), _("Pay into the account at the PBX.")),
    Cause.LIMIT: (
        _("A limit of lines or calls was reached."),
        _("Order more lines from the PBX, or raise the limit there."),
    ),
    Cause.BLOCKED: (
        _("The PBX takes this number for unwanted: it is on a black list, or looks like spam."),
        _("If this is a client, take the number off the black list at the PBX."),
    ),
    Cause.NOT_ALLOWED: (
        _("The PBX does not allow this call."),
        _("Look at the employee's and the number's rights in the PBX's cabinet."),
    ),
    Cause.NO_SUCH_NUMBER: (
        _("The PBX sent the call to a number that does not exist."),
        _("Mend the number in the forwarding or the scenario at the PBX."),
    ),
    Cause.UNREACHABLE: (
        _("The phone that the PBX sent the call to could not be reached."),
        _("Check the forwarding at the PBX, and whether that phone has a network."),
    ),
    Cause.NOBODY: (
        _("Nobody is set up at the PBX to take this call, or all of them are away."),
        _("Put an employee or a group into the scenario of this number at the PBX."),
    ),
    Cause.PBX_ERROR: (
        _("The PBX or its operator could not put the call through."),
        _("If it happens again, ask the PBX's support and name the call id."),
    ),
    Cause.GAVE_UP_WAITING: (
        _("The client hung up%(after)s, before any phone rang: in the greeting, the menu or the queue."),
        _("Shorten the greeting and the menu, and let the first phone ring sooner."),
    ),
    Cause.GAVE_UP_RINGING: (
        _("The client hung up%(after)s, while phones rang."),
        _("Let more phones ring at once, so that somebody answers sooner."),
    ),
    Cause.NOBODYS_PHONE: (
        _("Phones rang that belong to nobody here, so nobody had a card on the screen."),
        _("Say whose phones they are on the connection's page."),
    ),
    Cause.NO_PHONE_RANG: (
        _("The PBX told of no phone that rang, and nobody answered."),
        _("Look at the scenario of this number at the PBX: it may end in a greeting or an empty group."),
    ),
    Cause.UNKNOWN: (
        _("The PBX did not say why nobody answered."),
        _("Look the call up in the PBX's own cabinet, by its call id."),
    ),
}

WENT_OUT: Mapping[Cause, Words] = {
    Cause.NOT_REGISTERED: (
        _("The phone that was called is switched off, or not connected."),
        _("Try again later, or another number of theirs."),
    ),
    Cause.BUSY: (_("The line of who was called was busy."), _("Try again in some minutes.")),
    Cause.NOT_PICKED_UP: (_("Who was called did not pick up%(after)s."), _("Try again at another time of the day.")),
    Cause.REJECTED: (
        _("Who was called declined the call."),
        _("Try again later, or write first who calls."),
    ),
    Cause.BLOCKED: (
        _("The number is blocked at the PBX or its operator."),
        _("Look at the black list and the limits of directions in the PBX's cabinet."),
    ),
    Cause.NO_SUCH_NUMBER: (_("There is no such number."), _("Check the number in the contact.")),
    Cause.UNREACHABLE: (
        _("The number could not be reached: switched off, or without a network."),
        _("Try again later, or another number of theirs."),
    ),
    Cause.CALLER_GAVE_UP: (
        _("Who called hung up%(after)s, before anybody answered."),
        _("Nothing to mend. Let it ring for half a minute next time."),
    ),
}
"""Of calls that did not come in from a client, where that is something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    cause: Cause
    sentence: str
    advice: str


def why_lost(call: Call) -> Why | None:
    """None of a call that was not lost. Reads the call's row in reports."""
    fact: CallFact | None = getattr(call, "fact", None)
    return in_words(Cause(fact.cause), call.direction, call.ring_seconds) if fact and fact.cause else None


def in_words(cause: Cause, direction: str, seconds: int | None = None) -> Why:
    """`seconds`: how long it was waited, where that is known."""
    words = CAME_IN.get(cause) if direction == Direction.INCOMING else WENT_OUT.get(cause)
    sentence, advice = words or CAME_IN.get(cause) or WENT_OUT[cause]
    after = gettext(" after %(seconds)d s") % {"seconds": seconds} if seconds else ""
    return Why(cause=cause, sentence=str(sentence).replace("%(after)s", after), advice=str(advice))
