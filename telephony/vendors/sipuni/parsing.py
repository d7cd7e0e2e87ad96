"""Sipuni's messages as events. Source: sipuni-http-api.md ("Описание HTTP API"); the traps: README.md."""

from __future__ import annotations

from collections.abc import Callable

from telephony import fields
from telephony.events import CallEvent, CallStatus, Direction, EventKind, Parsed
from telephony.hooks import ConnectionProfile, Hook
from telephony.vendors.sipuni.message import Message, read_message, repair

STATUSES = {
    "ANSWER": CallStatus.ANSWERED,
    "BUSY": CallStatus.BUSY,
    "NOANSWER": CallStatus.NO_ANSWER,
    "CANCEL": CallStatus.CANCELLED,
    "CONGESTION": CallStatus.FAILED,
    "CHANUNAVAIL": CallStatus.FAILED,
}


def parse_event(hook: Hook, profile: ConnectionProfile) -> Parsed:
    """One event=1..4. Raises MalformedHook for a message without event or call_id, or with a time that is none."""
    params = repair(fields.read_params(hook))
    event = fields.required(params, "event")
    read = EVENTS.get(event)
    if read is None:
        return Parsed(ignored=f"event={event} is not one of Sipuni's documented events 1 to 4.")
    return Parsed(events=read(read_message(params, hook, profile)))


def _call(message: Message) -> tuple[CallEvent, ...]:
    if not message.dst_is_internal:
        return (message.event(EventKind.CALL_STARTED, **message.caller()),)
    ring = message.event(EventKind.LEG_RINGING, extension=message.dst_extension)
    if message.direction is not Direction.INTERNAL:
        return (ring,)
    # One message is all that tells of an internal call: it starts and rings at once.
    return (ring, message.event(EventKind.CALL_STARTED, suffix="-start", **message.caller()))


def _hang_up(message: Message) -> tuple[CallEvent, ...]:
    status = _status(message)
    start = fields.unix_time(message.params, "call_start_timestamp")
    answer = fields.unix_time(message.params, "call_answer_timestamp")
    # Live traffic names an answer time at or before the start for calls that nobody answered.
    is_answer = answer is not None and status is CallStatus.ANSWERED and (start is None or answer > start)
    ended = message.event(
        EventKind.ENDED,
        status=status,
        started_at=start,
        answered_at=answer if is_answer else None,
        recording_link=_recording_link(message),
        **message.employee(),
    )
    return (ended,)


def _answer(message: Message) -> tuple[CallEvent, ...]:
    return (message.event(EventKind.ANSWERED, **message.employee()),)


def _secondary_hang_up(message: Message) -> tuple[CallEvent, ...]:
    status = _status(message)
    # In an attended transfer `dst_num` is who stays, not who left.
    dst_is = "transferred_to" if status is CallStatus.ANSWERED else "extension"
    left = message.event(
        EventKind.LEG_ENDED,
        status=status,
        started_at=fields.unix_time(message.params, "call_start_timestamp"),
        recording_link=_recording_link(message),
        **{dst_is: message.dst_extension},
    )
    return (left,)


def _status(message: Message) -> CallStatus | None:
    value = fields.text(message.params, "status").upper()
    return STATUSES.get(value, CallStatus.UNKNOWN) if value else None


def _recording_link(message: Message) -> str:
    return fields.text(message.params, "call_record_link", longest=fields.LONGEST_LINK)


EVENTS: dict[str, Callable[[Message], tuple[CallEvent, ...]]] = {
    "1": _call,
    "2": _hang_up,
    "3": _answer,
    "4": _secondary_hang_up,
}
