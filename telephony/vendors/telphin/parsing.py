"""Telphin's events as events of ours. Source: the description of its events (README.md, "Sources")."""

from __future__ import annotations

import re
from datetime import timedelta

from telephony.domain import fields
from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind, LegRole, Parsed, Phone, fingerprint
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.domain.notes import Oddity
from telephony.domain.numbers import normalise
from telephony.domain.reasons import EndReason

# Source: the description of EventType.
EVENTS = {
    "dial-in": EventKind.LEG_RINGING,
    "dial-out": EventKind.CALL_STARTED,
    "answer": EventKind.ANSWERED,
    "hangup": EventKind.ENDED,
}
# Source: the description of CallFlow: as the extension sees it that the event is about.
FLOWS = {"in": LegRole.CALLED, "out": LegRole.CALLING}
# Source: the description of CallStatus.
REASONS = {
    "BUSY": EndReason.BUSY,
    "NOANSWER": EndReason.NOT_PICKED_UP,
    "CANCEL": EndReason.GAVE_UP,
    "CONGESTION": EndReason.PBX_ERROR,
    "CHANUNAVAIL": EndReason.NOT_REGISTERED,
}
MICROSECONDS = 1_000_000
_DURATION = re.compile(r"[0-9]{1,11}")
"""A day at most."""
_INSIDE = re.compile(r"(\d+\*)?\d{1,6}")


def parse_message(hook: Hook, profile: ConnectionProfile) -> Parsed:
    """One message, one event. Raises `MalformedHook` for one without `EventType` or `CallID`."""
    params = fields.read_params(hook)
    word = fields.required(params, "EventType").lower()
    if word not in EVENTS:
        return Parsed(ignored=f"EventType={word} is none of {', '.join(EVENTS)}.")
    call_id = fields.required(params, "CallID")
    reason = _why_ignored(word, params)
    if reason:
        return Parsed(ignored=reason, notes=params.notes)
    event = _event(word, call_id, params, profile)
    return Parsed(events=(event,), notes=params.notes)


def _why_ignored(word: str, params: fields.Params) -> str:
    if fields.text(params, "Bridged"):
        return "It is about a queue or a voice menu, whose phones tell of themselves."
    if fields.text(params, "Transfered").lower() == "yes":
        return "It is about a call that an extension passed on to another number."
    is_answered = word == "answer" or (word == "hangup" and fields.outcome(params, "CallStatus") is CallStatus.ANSWERED)
    if is_answered and _is_own_phone(word, params):
        return "It is about the employee's own phone in an ordered call: who was called tells whether they talked."
    return ""


def _is_own_phone(word: str, params: fields.Params) -> bool:
    """The phone that is rung first in a call that was ordered."""
    return bool(fields.text(params, "CallBackID")) and _role(word, params) is LegRole.CALLED


def _role(word: str, params: fields.Params) -> LegRole:
    """Whether the extension is called or calls; where nothing says it, only the called one has a name."""
    if word in ("dial-in", "dial-out"):
        return FLOWS[word.removeprefix("dial-")]
    flow = fields.one_of(params, "CallFlow", FLOWS)
    return flow or (LegRole.CALLED if fields.text(params, "CalledExtension") else LegRole.CALLING)


def _event(word: str, call_id: str, params: fields.Params, profile: ConnectionProfile) -> CallEvent:
    is_own, role, kind = _is_own_phone(word, params), _role(word, params), EVENTS[word]
    told = fields.moment(params, "EventTime", profile.time_zone, per_second=MICROSECONDS)
    occurred_at = told or params.received_at
    name = "CalledExtension" if role is LegRole.CALLED else "CallerExtension"
    direction, client = (None, Phone(raw="")) if is_own else _parties(role, params, profile)
    is_end = kind is EventKind.ENDED
    status = fields.outcome(params, "CallStatus") if is_end else None
    said = fields.text(params, "CallStatus") if is_end and status is not CallStatus.ANSWERED else ""
    return CallEvent(
        kind=EventKind.CALL_STARTED if is_own and kind is EventKind.LEG_RINGING else kind,
        external_id=call_id,
        occurred_at=occurred_at,
        by_pbx_clock=told is not None,
        fingerprint=fingerprint(params),
        order_id=fields.text(params, "CallBackID"),
        direction=direction,
        client_raw=client.raw,
        client_e164=client.e164,
        our_number=fields.text(params, "CalledDID"),
        extension=_number_of(fields.text(params, name)),
        role=LegRole.CALLING if is_own else role,
        status=status,
        answered_at=occurred_at - _talk(params) if status is CallStatus.ANSWERED and _talk(params) else None,
        reason=REASONS.get(said.upper()),
        reason_said=said,
        recording_reference=fields.text(params, "RecID") if is_end else "",
    )


def _parties(role: LegRole, params: fields.Params, profile: ConnectionProfile) -> tuple[Direction | None, Phone]:
    """The direction and the client; in an `answer` of a call from outside CallerIDNum was seen to be the employee's."""
    is_called = role is LegRole.CALLED
    other = fields.text(params, "CallerIDNum" if is_called else "CalledNumber")
    if _INSIDE.fullmatch(other.partition("@")[0]):
        is_from_outside = is_called and fields.text(params, "CalledDID")
        return Direction.INCOMING if is_from_outside else Direction.INTERNAL, Phone(raw="")
    client = normalise(other, profile.phone_region)
    return Direction.INCOMING if is_called else Direction.OUTGOING, client


def _number_of(extension: str) -> str:
    """101 of `3515*101@sipproxy.telphin.ru`."""
    return extension.partition("@")[0].rpartition("*")[2]


def _talk(params: fields.Params) -> timedelta:
    """How long they talked. Reckoned back from the end: of a call passed on each phone tells only its own part."""
    value = fields.text(params, "Duration")
    if not value:
        return timedelta()
    if not _DURATION.fullmatch(value):
        params.odd(Oddity.NOT_A_LENGTH, "Duration", value)
        return timedelta()
    return timedelta(microseconds=int(value))
