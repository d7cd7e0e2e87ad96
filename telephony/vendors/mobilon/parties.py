"""Who is who in a JSON event of Mobilon: `from` and `to` change their meaning with state and direction."""

from __future__ import annotations

from typing import Any

from telephony.domain import fields
from telephony.domain.events import Direction, EventKind, LegRole
from telephony.domain.numbers import normalise
from telephony.vendors.parties import client_facts

# Source: `direction` of JSON events and of newer accounts' lists; not in Mobilon's pages (README.md, "Fields").
DIRECTIONS = {
    "incoming": Direction.INCOMING,
    "external": Direction.OUTGOING,
    "outgoing": Direction.OUTGOING,
    "internal": Direction.INTERNAL,
}
LONGEST_EXTENSION = 6


def read_parties(params: fields.Params, kind: EventKind, direction: Direction | None, region: str) -> dict[str, Any]:
    """Client, our number and employee, under the names that CallEvent gives them."""
    if direction is Direction.OUTGOING:
        return _of_outgoing(params, region)
    key = fields.text(params, "userkey")
    if kind in (EventKind.LEG_RINGING, EventKind.ANSWERED, EventKind.LEG_ENDED):
        called = {"extension": fields.text(params, "to"), "user_key": key}
    elif direction is Direction.INTERNAL:
        called = {}
    else:
        our_number = normalise(fields.text(params, "to"), region).raw
        # The key on a start would be a phone's that does not ring yet.
        called = {"our_number": our_number, "user_key": key if kind is EventKind.ENDED else ""}
    if direction is not Direction.INTERNAL:
        return {**called, **client_facts(normalise(fields.text(params, "from"), region))}
    if kind is EventKind.CALL_STARTED:
        return {"extension": fields.text(params, "from"), "role": LegRole.CALLING}
    return called


def _of_outgoing(params: fields.Params, region: str) -> dict[str, Any]:
    """The employee is who calls; on a call made through the API, `from` names nobody and the employee is rung first."""
    caller, called = normalise(fields.text(params, "from"), region), normalise(fields.text(params, "to"), region)
    employee = {"role": LegRole.CALLING, "user_key": fields.text(params, "userkey")}
    client = client_facts(called)
    if is_extension(caller.raw):
        return {**employee, **client, "extension": caller.raw}
    if is_extension(called.raw):
        return {**employee, "extension": called.raw}
    return {**employee, **client, "our_number": caller.raw}


def is_extension(number: str) -> bool:
    """Whether it looks like an internal number: a few digits."""
    return number.isascii() and number.isdigit() and len(number) <= LONGEST_EXTENSION
