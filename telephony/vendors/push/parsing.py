"""Messages that anything may push, as events. Source: README.md, "Fields", which is written for whoever sends them."""

from __future__ import annotations

from typing import Any

from telephony.domain import fields
from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind, LegRole, Parsed, fingerprint
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.domain.numbers import normalise
from telephony.vendors.push.journal import read_journal
from telephony.vendors.push.message import read_message, required, users_of
from telephony.vendors.push.words import DIRECTIONS, EVENTS, cause_of, plain

# Source: README.md, "Questions" and "3CX and Yeastar".
LOOKUP, NAME, ROUTE, JOURNAL = "crm/lookup", "name", "route", "crm/journal"
QUESTIONS = (LOOKUP, NAME, ROUTE)


def parse_message(hook: Hook, profile: ConnectionProfile) -> Parsed:
    """Raises `MalformedHook` for a message without what it is nothing without."""
    params = read_message(hook)
    word = fields.text(params, "event")
    name = EVENTS.get(plain(word), "")
    if hook.tail in QUESTIONS or (name == "lookup" and not hook.tail):
        number = normalise(fields.text(params, "from") or fields.text(params, "to"), profile.phone_region)
        return Parsed(asks_about=number, notes=params.notes)
    if hook.tail == JOURNAL:
        return read_journal(hook, profile)
    if hook.tail:
        return Parsed(ignored=f"Nothing is sent to /{hook.tail} after the address.", needs_attention=True)
    if not name:
        required(hook, params, "event")
        return Parsed(ignored=f"event={word} is none of those that the README names.", needs_attention=True)
    facts = _facts(hook, params, profile, call_id=required(hook, params, "call_id"))
    return Parsed(events=_events(name, params, facts, users_of(hook, params)), notes=params.notes)


def _facts(hook: Hook, params: fields.Params, profile: ConnectionProfile, *, call_id: str) -> dict[str, Any]:
    caller, called = fields.text(params, "from"), fields.text(params, "to")
    direction = DIRECTIONS.get(plain(params.get("direction", "")))
    is_outgoing = direction is Direction.OUTGOING
    outside, ours = (called, caller) if is_outgoing else (caller, called)
    client = normalise("" if direction is Direction.INTERNAL else outside, profile.phone_region)
    own_time = fields.moment(params, "time", profile.time_zone)
    return {
        "external_id": call_id,
        "occurred_at": own_time or hook.received_at,
        "by_pbx_clock": own_time is not None,
        "fingerprint": fingerprint(params),
        "direction": direction,
        "client_raw": client.raw,
        "client_e164": client.e164,
        "our_number": normalise(ours, profile.phone_region).raw if direction is not Direction.INTERNAL else "",
        "user_key": fields.text(params, "key"),
        "order_id": fields.text(params, "order_id"),
        "role": LegRole.CALLING if is_outgoing else LegRole.CALLED,
    }


def _events(name: str, params: fields.Params, facts: dict[str, Any], users: list[str]) -> tuple[CallEvent, ...]:
    if name == "new_call" or (name == "ringing" and facts["role"] is LegRole.CALLING):
        return _started(params, facts, users)
    if name == "hangup":
        return (_ended(params, facts, users[0] if len(users) == 1 else ""),)
    if name == "recording":
        return (CallEvent(kind=EventKind.RECORDING_READY, recording_link=_recording(params), **facts),)
    if name == "leave":
        status, reason = cause_of(fields.text(params, "cause"))
        left = {"status": status, "reason": reason, "transferred_to": fields.text(params, "transferred_to")}
        return _each(EventKind.LEG_ENDED, facts | left, users or [""])
    if name == "answer":
        return _each(EventKind.ANSWERED, facts | {"takes_over": True}, users[:1] or [""])
    # Where nobody is named, no phone is known to ring.
    kind = EventKind.LEG_RINGING if users or facts["user_key"] else EventKind.CALL_STARTED
    return _each(kind, facts, users or [""])


def _started(params: fields.Params, facts: dict[str, Any], users: list[str]) -> tuple[CallEvent, ...]:
    """An incoming call that names users rings at their phones; who calls is named by an outgoing or internal one."""
    direction, link = facts["direction"], _recording(params)
    if direction is Direction.OUTGOING:
        return _each(EventKind.CALL_STARTED, facts | {"recording_link": link}, users[:1] or [""])
    if direction is Direction.INTERNAL:
        calling = facts | {"extension": fields.text(params, "from"), "role": LegRole.CALLING}
        return (
            CallEvent(kind=EventKind.CALL_STARTED, **calling),
            *_each(EventKind.LEG_RINGING, facts, users or [fields.text(params, "to")]),
        )
    started = CallEvent(kind=EventKind.CALL_STARTED, **facts | {"user_key": ""})
    return (started, *_each(EventKind.LEG_RINGING, facts, users))


def _each(kind: EventKind, facts: dict[str, Any], users: list[str]) -> tuple[CallEvent, ...]:
    """The same of each of these phones; a key names only one."""
    own = facts if len(users) == 1 else facts | {"user_key": ""}
    mark = facts["fingerprint"]
    return tuple(
        CallEvent(kind=kind, **own | {"extension": user, "fingerprint": f"{mark}-{kind}-{user}"}) for user in users
    )


def _ended(params: fields.Params, facts: dict[str, Any], user: str) -> CallEvent:
    said, talked = fields.text(params, "cause"), fields.seconds(params, "duration")
    status, reason = cause_of(said)
    if talked:
        status, reason = CallStatus.ANSWERED, None
    return CallEvent(
        kind=EventKind.ENDED,
        extension=user,
        status=status,
        talk_seconds=talked,
        reason=reason,
        reason_said=said if reason else "",
        recording_link=_recording(params),
        **facts,
    )


def _recording(params: fields.Params) -> str:
    return fields.text(params, "recording", longest=fields.LONGEST_LINK)
