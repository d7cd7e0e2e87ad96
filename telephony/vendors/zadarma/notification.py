"""Who is who in Zadarma's notifications, and what all of them have. Source: zadarma/openapi (README.md, "Sources")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from telephony.domain import fields
from telephony.domain.events import CallEvent, Direction, EventKind, LegRole, Phone, fingerprint
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.domain.numbers import normalise
from telephony.vendors.parties import NOBODY, client_facts

# Source: zadarma/openapi: "in_" or "out_" begins each pbx_call_id.
ID_PREFIXES = {"in": Direction.INCOMING, "out": Direction.OUTGOING}

_EXTENSION = re.compile(r"(?:\d{4,}-)?(\d{2,6})")
"""Of a SIP login, 12345-101, it is what follows the account's number."""


def extension_in(text: str) -> str:
    """The internal number that this text is; empty if it is a public number or anything else."""
    found = _EXTENSION.fullmatch(text)
    return found[1] if found else ""


def direction_of(call_id: str) -> Direction | None:
    return ID_PREFIXES.get(call_id.partition("_")[0].lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One notification without what only some have."""

    params: fields.Params
    received_at: datetime
    call_start: datetime | None
    external_id: str
    direction: Direction | None
    extension: str
    called_extension: str
    """Of a call between colleagues, who is called."""
    client: Phone
    our_number: str
    is_swapped: bool
    """The first part of an ordered call, in which the employee's own phone is called."""

    def event(self, kind: EventKind, occurred_at: datetime, **facts: Any) -> CallEvent:
        """The normal event; who calls a client or a colleague is the one that it is about."""
        calling = self.direction in (Direction.OUTGOING, Direction.INTERNAL)
        known: dict[str, Any] = {
            "fingerprint": fingerprint(self.params),
            "extension": self.extension,
            "role": LegRole.CALLING if calling else LegRole.CALLED,
            "started_at": self.call_start,
        }
        return CallEvent(
            kind=kind,
            external_id=self.external_id,
            occurred_at=occurred_at,
            direction=self.direction,
            our_number=self.our_number,
            **{**client_facts(self.client), **known, **facts},
        )


def read_notification(
    params: fields.Params, hook: Hook, profile: ConnectionProfile, direction: Direction | None
) -> Notification:
    """Raises MalformedHook for a missing pbx_call_id."""
    external_id = fields.required(params, "pbx_call_id")
    direction = direction or direction_of(external_id)
    talked = timedelta(seconds=fields.seconds(params, "duration") or 0)
    outgoing = direction is Direction.OUTGOING
    parties = _outgoing(params, profile.phone_region) if outgoing else _incoming(params, profile.phone_region)
    return Notification(
        params=params,
        received_at=hook.received_at,
        call_start=fields.moment(params, "call_start", profile.time_zone, within=fields.NEAR + talked),
        external_id=external_id,
        **{"direction": direction, "called_extension": "", "is_swapped": False, **parties},
    )


def _incoming(params: fields.Params, region: str) -> dict[str, Any]:
    """`destination` of an answer is the phone, or the number outside to which the call was forwarded."""
    internal = fields.text(params, "internal")
    phone = internal or fields.text(params, "destination")
    return {
        "client": normalise(fields.text(params, "caller_id"), region),
        "our_number": normalise(fields.text(params, "called_did"), region).raw,
        "extension": extension_in(phone) or ("" if normalise(phone, region).e164 else internal),
    }


def _outgoing(params: fields.Params, region: str) -> dict[str, Any]:
    """The first part of an ordered call has the employee where the client should be."""
    internal, destination = fields.text(params, "internal"), fields.text(params, "destination")
    swapped = bool(extension_in(destination)) and bool(normalise(internal, region).e164)
    if swapped:
        internal, destination = destination, internal
    client, ours = normalise(destination, region), normalise(fields.text(params, "caller_id"), region)
    caller = extension_in(ours.raw)  # An answer may name who calls in the place of our number.
    parties: dict[str, Any] = {
        "client": client,
        "our_number": "" if caller or (ours.e164 and ours.e164 == client.e164) else ours.raw,
        "extension": extension_in(internal) or internal or caller,
        "is_swapped": swapped,
    }
    colleague = extension_in(destination)
    if colleague and extension_in(internal):
        return parties | {"direction": Direction.INTERNAL, "client": NOBODY, "called_extension": colleague}
    return parties
