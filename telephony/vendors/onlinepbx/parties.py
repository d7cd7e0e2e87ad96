"""Who called whom at OnlinePBX: caller, callee and gateway (our number) read by the direction."""

from __future__ import annotations

import re
from collections.abc import Mapping

from telephony.domain import fields
from telephony.domain.events import Direction, EventKind, LegRole
from telephony.domain.hooks import ConnectionProfile
from telephony.domain.numbers import normalise
from telephony.vendors.parties import Parties

# Source: `direction` in the official page, `accountcode` of the API's rows; the short words are a guess.
DIRECTIONS = {
    "inbound": Direction.INCOMING,
    "incoming": Direction.INCOMING,
    "missed": Direction.INCOMING,
    "in": Direction.INCOMING,
    "outbound": Direction.OUTGOING,
    "outgoing": Direction.OUTGOING,
    "out": Direction.OUTGOING,
    "local": Direction.INTERNAL,
    "internal": Direction.INTERNAL,
}
_INTERNAL_NUMBER = re.compile(r"[*#]?\d{1,6}")


def is_internal(number: str) -> bool:
    return bool(_INTERNAL_NUMBER.fullmatch(number))


def direction_of(said: str, caller: str, callee: str, gateway: str) -> Direction | None:
    """Two internal numbers and no line of ours are colleagues, whatever the word; without a known word the numbers."""
    if not gateway and is_internal(caller) and is_internal(callee):
        return Direction.INTERNAL
    if (known := DIRECTIONS.get(said.lower())) is not None:
        return known
    if is_internal(caller) and callee:
        return Direction.OUTGOING
    return Direction.INCOMING if caller else None


def parties_of(kind: EventKind, params: Mapping[str, str], profile: ConnectionProfile) -> Parties:
    """Of a notification. Whose number `callee` is when an incoming call starts, ours or a group's, is UNCERTAIN."""
    caller, callee, gateway = (_read(params, name) for name in ("caller", "callee", "gateway"))
    direction = direction_of(params.get("direction", "").strip(), caller, callee, gateway)
    starts = kind is EventKind.CALL_STARTED
    if direction is Direction.INTERNAL:
        client, extension, line = "", caller if starts else callee, ""
        role = LegRole.CALLING if starts else LegRole.CALLED
    elif direction is Direction.OUTGOING:
        extension = next(filter(is_internal, (caller, callee)), "")
        # An ordered call may name the own phone that rings as the callee.
        client = caller if extension and extension != caller else callee
        line, role = gateway, LegRole.CALLING
    else:
        line = gateway or ("" if is_internal(callee) else callee)
        extension = callee if is_internal(callee) and not starts else ""
        client, role = caller, LegRole.CALLED
    return Parties(
        direction=direction,
        client=normalise(client, profile.phone_region),
        our_number=normalise(line, profile.phone_region).raw,
        extension=extension,
        role=role,
    )


def _read(params: Mapping[str, str], name: str) -> str:
    value = params.get(name, "").strip().removeprefix("sip:").partition("@")[0]
    return "" if value.lower() in ("null", "none", "undefined") or len(value) > fields.LONGEST_TEXT else value
