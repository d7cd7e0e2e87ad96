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


class EventKind(StrEnum):
    """What happened. The order of declaration is the order of the phases of a call."""

    ORDERED = "ordered"
    """Not the PBX's: that it was ordered here, and whom it is for, where the PBX's own messages don't say."""
    CALL_STARTED = "call_started"
    LEG_RINGING = "leg_ringing"
    ANSWERED = "answered"
    LEG_ENDED = "leg_ended"
    ENDED = "ended"
    REAPED = "reaped"
    RECORDING_READY = "recording_ready"

    @property
    def phase(self) -> int:
        """Position within a call; breaks ties between events of the same moment."""
        return _PHASES[self]


_PHASES = {kind: phase for phase, kind in enumerate(EventKind)}


class Direction(StrEnum):
    INCOMING = "incoming"
    OUTGOING = "outgoing"
    INTERNAL = "internal"
    UNKNOWN = "unknown"


class CallStatus(StrEnum):
    """Ringing and talking are states of an open call, the others are outcomes."""

    RINGING = "ringing"
    TALKING = "talking"
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def is_open(self) -> bool:
        return self in (CallStatus.RINGING, CallStatus.TALKING)


class LegRole(StrEnum):
    """Whether the employee was called, or is the one who calls."""

    CALLED = "called"
    CALLING = "calling"


class NoCallId(StrEnum):
    """How an event finds its call when the PBX sent no call id (see services/correlation.py)."""

    SAME_RING = "same_ring"
    """A ring of this number within 120 s belongs to the same call (Mobilon's template webhook)."""
    ENDS_OPEN_CALL = "ends_open_call"
    """The end of the only open call of this number (XVB's COMPLETED without callid)."""


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
    """The message came too late for its time of receipt to mean anything; a copy that came in time knows better."""
    listed_at: datetime | None = None
    """Of what the PBX's own list of finished calls told (pbx_calls.py): when it was read. Its times but the start
    are reckoned."""
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
    user_key: str = ""
    """The PBX's key of that employee, where it uses keys (Mobilon)."""
    role: LegRole = LegRole.CALLED
    transferred_to: str = ""
    """LEG_ENDED only: the talk goes on with this extension, whoever else talked has left."""

    status: CallStatus | None = None
    """Outcome, on LEG_ENDED and ENDED."""
    started_at: datetime | None = None
    """Start of the whole call, where the message names it."""
    answered_at: datetime | None = None
    """Time of the answer, where a message of another kind names it; an ANSWERED event beats it."""
    talk_seconds: int | None = None
    """Length of the talk as the PBX counted it."""

    recording_link: str = ""
    """Address of the recording without any account token in it."""
    recording_reference: str = ""
    """What the recording is to be asked for by, where there is no link (Mobilon: the call id)."""
    tracking: Mapping[str, str] = field(default_factory=dict)
    """Call tracking: Roistat and utm values under the PBX's own names."""

    def __post_init__(self) -> None:
        if not self.external_id and self.no_call_id is None:
            raise ValueError("An event without external_id has to say how its call is found (no_call_id).")
        for name in ("occurred_at", "listed_at", "started_at", "answered_at"):
            moment = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise ValueError(f"{name} has no time zone: {moment!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A number as it came and, where it is a valid public number, in E.164 (else empty)."""

    raw: str
    e164: str = ""


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


def fingerprint(params: Mapping[str, str]) -> str:
    """Hash of a message's fields, the same for a repeated message whatever the order of its fields."""
    digest = hashlib.sha256()
    for name in sorted(params):
        digest.update(f"{len(name)}:{name}={len(params[name])}:{params[name]};".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:40]


def to_json(event: CallEvent) -> dict[str, Any]:
    """Everything an event says, for storage; `from_json` gives the same event back."""
    stored: dict[str, Any] = {}
    for item in fields(event):
        value = getattr(event, item.name)
        if isinstance(value, datetime):
            stored[item.name] = value.isoformat()
        elif isinstance(value, Mapping):
            if value:
                stored[item.name] = dict(value)
        elif value not in ("", None) and value is not False:
            stored[item.name] = value
    return stored


_ENUMS: dict[str, type[StrEnum]] = {
    "kind": EventKind,
    "direction": Direction,
    "role": LegRole,
    "status": CallStatus,
    "no_call_id": NoCallId,
}


def from_json(stored: Mapping[str, Any]) -> CallEvent:
    """The event that `to_json` stored."""
    values: dict[str, Any] = dict(stored)
    for name, enum in _ENUMS.items():
        if name in values:
            values[name] = enum(values[name])
    for name in ("occurred_at", "listed_at", "started_at", "answered_at"):
        if name in values:
            values[name] = datetime.fromisoformat(values[name])
    return CallEvent(**values)
