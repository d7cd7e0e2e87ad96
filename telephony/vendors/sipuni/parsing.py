"""Sipuni's messages as events. Source: "Описание HTTP API" (README.md, "Sources"); the traps: README.md."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from telephony.domain import fields
from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind, Parsed
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.domain.reasons import EndReason
from telephony.vendors.sipuni.message import Message, read_message, repair

LONGEST_CALL = timedelta(hours=12)
"""How long before its end a call may have begun, if that is written in a way that may be misread."""


def parse_event(hook: Hook, profile: ConnectionProfile) -> Parsed:
    """One event=1..4. Raises MalformedHook for a message without event or call_id."""
    params = repair(fields.read_params(hook))
    event = fields.required(params, "event")
    read = EVENTS.get(event)
    if read is None:
        return Parsed(ignored=f"event={event} is not one of Sipuni's documented events 1 to 4.")
    events = read(read_message(params, profile))
    return Parsed(events=events, notes=params.notes)


def _call(message: Message) -> tuple[CallEvent, ...]:
    if not message.dst_is_internal:
        return (message.event(EventKind.CALL_STARTED, **message.caller()),)
    ring = message.event(EventKind.LEG_RINGING, extension=message.dst_extension)
    if message.direction is not Direction.INTERNAL:
        return (ring,)
    # One message is all that tells of an internal call: it starts and rings at once.
    return (ring, message.event(EventKind.CALL_STARTED, suffix="-start", **message.caller()))


def _hang_up(message: Message) -> tuple[CallEvent, ...]:
    status = fields.outcome(message.params, "status")
    start = _earlier(message, "call_start_timestamp")
    answer = _earlier(message, "call_answer_timestamp")
    # Live traffic names an answer time at or before the start for calls that nobody answered.
    is_answer = answer is not None and status is CallStatus.ANSWERED and (start is None or answer > start)
    ended = message.event(
        EventKind.ENDED,
        status=status,
        started_at=start,
        answered_at=answer if is_answer else None,
        recording_link=_recording_link(message),
        **_reason(message),
        **message.employee(),
    )
    return (ended,)


def _answer(message: Message) -> tuple[CallEvent, ...]:
    return (message.event(EventKind.ANSWERED, **message.employee()),)


def _secondary_hang_up(message: Message) -> tuple[CallEvent, ...]:
    status = fields.outcome(message.params, "status")
    # In an attended transfer `dst_num` is who stays, not who left.
    dst_is = "transferred_to" if status is CallStatus.ANSWERED else "extension"
    left = message.event(
        EventKind.LEG_ENDED,
        status=status,
        started_at=_earlier(message, "call_start_timestamp"),
        recording_link=_recording_link(message),
        **_reason(message),
        **{dst_is: message.dst_extension},
    )
    return (left,)


def _reason(message: Message) -> dict[str, Any]:
    """What the word says beyond the outcome: the way to a phone, or to a number outside, was not there."""
    said = fields.text(message.params, "status")
    if said.upper() != "CHANUNAVAIL":
        return {}
    reason = EndReason.NOT_REGISTERED if message.dst_is_internal else EndReason.UNREACHABLE
    return {"reason": reason, "reason_said": said}


def _earlier(message: Message, name: str) -> datetime | None:
    """A moment before the end."""
    return fields.moment(message.params, name, message.zone, within=LONGEST_CALL)


def _recording_link(message: Message) -> str:
    return fields.text(message.params, "call_record_link", longest=fields.LONGEST_LINK)


# Source: "Виды запросов" in "Описание HTTP API": Call, Hang-up, Answer, Secondary hang-up.
EVENTS: dict[str, Callable[[Message], tuple[CallEvent, ...]]] = {
    "1": _call,
    "2": _hang_up,
    "3": _answer,
    "4": _secondary_hang_up,
}
