"""WireCRM API PBX notifications as events. Source: "API PBX" (README.md, "Sources"); the traps: README.md."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from telephony.domain import fields
from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind, Parsed
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.vendors.wirecrm.notification import Notification, read_notification

LONGEST_CALL = timedelta(hours=4)
"""A phone's part in a call may be over so long after the call began."""


def parse_notification(hook: Hook, profile: ConnectionProfile) -> Parsed:
    """Dispatches on `event` alone. Raises MalformedHook for a missing event or id, or a record without its link."""
    params = fields.read_params(hook)
    event = fields.required(params, "event").upper()
    read = EVENTS.get(event)
    if read is None:
        return Parsed(ignored=f"{event} is not one of the documented notifications.")
    notification = read_notification(params, hook, profile)
    asks_about = notification.caller if event == "NOTIFY_START" else None
    return Parsed(events=(read(notification),), asks_about=asks_about, notes=params.notes)


def _start(notification: Notification, direction: Direction) -> CallEvent:
    return notification.event(
        EventKind.CALL_STARTED,
        notification.call_start or notification.received_at,
        direction,
        by_pbx_clock=notification.call_start is not None,
        started_at=notification.call_start,
    )


def _end(notification: Notification, direction: Direction) -> CallEvent:
    start, duration = notification.call_start, notification.length()
    status = notification.status()
    # The length is that of the talk: how long it rang before is only in the time of receipt.
    earliest = start + timedelta(seconds=duration or 0) if start else None
    at = fields.near(notification.received_at, earliest)
    return notification.event(
        EventKind.ENDED,
        at,
        direction,
        time_is_guess=at != notification.received_at,
        status=status,
        started_at=start,
        talk_seconds=duration if status is CallStatus.ANSWERED else None,
    )


def _leg_end(notification: Notification) -> CallEvent:
    """One phone stopped ringing, or its part of the talk is over; the call may go on."""
    at = fields.near(notification.received_at, notification.call_start, within=LONGEST_CALL)
    return notification.event(
        EventKind.LEG_ENDED,
        at,
        Direction.INCOMING,
        time_is_guess=at != notification.received_at,
        status=notification.status(),
        started_at=notification.call_start,
        talk_seconds=notification.length() or None,
    )


def _ring(notification: Notification) -> CallEvent:
    at = fields.near(notification.received_at, notification.call_start)
    return notification.event(
        EventKind.LEG_RINGING,
        at,
        Direction.INCOMING,
        time_is_guess=at != notification.received_at,
        started_at=notification.call_start,
    )


def _answer(notification: Notification) -> CallEvent:
    # Not in the document: PBXs of Zadarma's family send it.
    return notification.event(
        EventKind.ANSWERED,
        notification.received_at,
        notification.likely_direction(),
        started_at=notification.call_start,
        takes_over=True,
    )


def _record(notification: Notification) -> CallEvent:
    return notification.event(
        EventKind.RECORDING_READY,
        notification.received_at,
        notification.likely_direction(),
        recording_link=fields.required(notification.params, "record_link", longest=fields.LONGEST_LINK),
    )


# Source: the six events of "API PBX"; NOTIFY_ANSWER and NOTIFY_INTERNAL_END are Zadarma's (README.md, "Sources").
EVENTS: dict[str, Callable[[Notification], CallEvent]] = {
    "NOTIFY_START": partial(_start, direction=Direction.INCOMING),
    "NOTIFY_INTERNAL": _ring,
    "NOTIFY_INTERNAL_END": _leg_end,
    "NOTIFY_ANSWER": _answer,
    "NOTIFY_END": partial(_end, direction=Direction.INCOMING),
    "NOTIFY_OUT_START": partial(_start, direction=Direction.OUTGOING),
    "NOTIFY_OUT_END": partial(_end, direction=Direction.OUTGOING),
    "NOTIFY_RECORD": _record,
}
