"""The one normal form that every PBX message is turned into.

A vendor's parser reads one HTTP message and returns `Parsed`: the events it carries, a question it
asks, or the reason it was ignored. Everything after that (storing, folding, answering) knows no vendor.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from telephony.domain.errands import FailedOrder
from telephony.domain.kinds import (
    MISSED,
    OPEN,
    UNANSWERED,
    CallStatus,
    Direction,
    EventKind,
    LegRole,
    NoCallId,
)
from telephony.domain.notes import Note
from telephony.domain.reasons import EndReason

__all__ = [
    "MISSED",
    "OPEN",
    "UNANSWERED",
    "CallEvent",
    "CallStatus",
    "Direction",
    "EventKind",
    "LegRole",
    "NoCallId",
    "Parsed",
    "Phone",
    "fingerprint",
    "from_json",
    "to_json",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """One thing that happened to one call.

    Empty strings and None mean "this message did not say"; they never overwrite what another one said.
    """

    kind: EventKind
    external_id: str = ""
    """The PBX's own id of the call. Empty only together with `no_call_id`."""
    occurred_at: datetime
    """Aware. The PBX's own time where the message has one, else the time of receipt."""
    time_is_guess: bool = False
    """The message came too late for its time of receipt to mean anything: a copy in time knows better."""
    by_pbx_clock: bool = False
    """`occurred_at` is the PBX's own time of this very thing: of two such events it is known which came first."""
    listed_at: datetime | None = None
    """When the PBX's list that told it was read (listed_call.py). Its times but the start are reckoned."""
    fingerprint: str
    """Equal for two copies of the same message and for nothing else; see `fingerprint()`."""
    no_call_id: NoCallId | None = None
    order_id: str = ""
    """The PBX's id of the order that the call came from, where the message names it (Sipuni: `callbackId`)."""
    direction: Direction | None = None
    client_raw: str = ""
    """The number outside the company exactly as the PBX wrote it."""
    client_e164: str = ""
    our_number: str = ""
    """The company's number that was dialled, or shown to the client, as the PBX wrote it."""
    extension: str = ""
    """Internal number of the employee whom the event is about."""
    user_key: str = field(default="", repr=False)
    """The PBX's key of that employee, where it uses keys (Mobilon)."""
    role: LegRole = LegRole.CALLED
    transferred_to: str = ""
    """LEG_ENDED only: the talk goes on with this extension, whoever else talked has left."""

    takes_over: bool = False
    """ANSWERED only, of a PBX that does not tell when somebody leaves a talk: whoever talked with the client until now
    has left. That end of a leg is inferred, and says so."""

    status: CallStatus | None = None
    """Outcome, on LEG_ENDED and ENDED; on REAPED, that everybody had left."""
    settles: bool = False
    """ENDED only, the PBX's own account of the whole call: if it says that nobody talked, nobody did, although an
    answer was told (the employee's own phone is picked up first in an ordered call)."""
    ends_as_phones_did: bool = False
    """ENDED without a status, of a PBX that tells of each phone: it ended as the last one did; none: cancelled."""
    started_at: datetime | None = None
    """Start of the whole call, where the message names it."""
    answered_at: datetime | None = None
    """Time of the answer, where a message of another kind names it; an ANSWERED event beats it."""
    talk_seconds: int | None = None
    """Length of the talk in whole seconds, as the PBX counted it; without the time that it rang."""
    reason: EndReason | None = None
    """Why nobody talked, on LEG_ENDED and ENDED; only where the message says so."""
    reason_said: str = ""
    """The PBX's own word for it, as it stands in the message."""

    recording_link: str = ""
    """Address of the recording without any account token in it."""
    recording_reference: str = ""
    """What the recording is to be asked for by, where there is no link (Mobilon: the call id)."""
    tracking: Mapping[str, str] = field(default_factory=dict)
    """Call tracking: Roistat and utm values under the PBX's own names."""
    is_test: bool = False
    """No PBX told it: this installation played it, to show somebody a card."""

    def __post_init__(self) -> None:
        if not self.external_id and self.no_call_id is None:
            raise ValueError("An event without external_id has to say how its call is found (no_call_id).")
        for name in _TIMES:
            moment = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise ValueError(f"{name} has no time zone: {moment!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A number as it came and, where it is a valid public number, in E.164 (else empty)."""

    raw: str
    e164: str = ""
    extension: str = ""
    """What is dialled after the number was answered, where it was written with one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What one message means: events, or a question, or nothing (with the reason)."""

    events: tuple[CallEvent, ...] = ()
    asks_about: Phone | None = None
    """The PBX waits for us to tell who this is (and who should take the call)."""
    ignored: str = ""
    """Why the message changes nothing, in words for an administrator."""
    needs_attention: bool = False
    """The reason in `ignored` is a fault in the PBX's settings that somebody has to mend."""
    failed_orders: tuple[FailedOrder, ...] = ()
    """Orders to call of which the PBX says only now that nothing came of them."""
    notes: tuple[Note, ...] = ()
    """What could not be read of it, or was odd, and did not keep the rest from counting."""


def fingerprint(params: Mapping[str, str]) -> str:
    """Hash of a message's fields, the same for a repeated message whatever the order of its fields."""
    told = "".join(f"{len(name)}:{name}={len(params[name])}:{params[name]};" for name in sorted(params))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def to_json(event: CallEvent) -> dict[str, Any]:
    """Everything an event says, for storage; `from_json` gives the same event back."""
    stored: dict[str, Any] = {}
    for name in _NAMES:
        value = getattr(event, name)
        if value is None or value is False or value == "":
            continue
        if isinstance(value, datetime):
            stored[name] = value.isoformat()
        elif not isinstance(value, Mapping):
            stored[name] = value
        elif value:
            stored[name] = dict(value)
    return stored


_NAMES = tuple(item.name for item in fields(CallEvent))

_ENUMS: dict[str, type[StrEnum]] = {
    "kind": EventKind,
    "direction": Direction,
    "role": LegRole,
    "status": CallStatus,
    "no_call_id": NoCallId,
    "reason": EndReason,
}
_TIMES = ("occurred_at", "listed_at", "started_at", "answered_at")


def from_json(stored: Mapping[str, Any]) -> CallEvent:
    """The event that `to_json` stored."""
    values: dict[str, Any] = dict(stored)
    for name, enum in _ENUMS.items():
        if name in values:
            values[name] = enum(values[name])
    for name in _TIMES:
        if name in values:
            values[name] = datetime.fromisoformat(values[name])
    return CallEvent(**values)
