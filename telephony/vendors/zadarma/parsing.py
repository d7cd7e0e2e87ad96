"""Zadarma's notifications as events. Source: zadarma/openapi, zadarma/user-api-v1 (README.md, "Sources")."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from telephony.domain import fields
from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind, LegRole, Parsed, fingerprint
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.domain.reasons import Q931, EndReason
from telephony.vendors.zadarma.notification import Notification, read_notification
from telephony.vendors.zadarma.signing import SETTINGS

MENU = "NOTIFY_IVR"
OWN_PHONE = "callback_leg1"

# Source: zadarma/openapi, `disposition` of the notifications of an end.
REASONS = {
    "busy": EndReason.BUSY,
    "cancel": EndReason.GAVE_UP,
    "no answer": EndReason.NOT_PICKED_UP,
    "no money": EndReason.NO_MONEY,
    "no money, no limit": EndReason.NO_MONEY,
    "unallocated number": EndReason.NO_SUCH_NUMBER,
    "no limit": EndReason.LIMIT,
    "no day limit": EndReason.LIMIT,
    "line limit": EndReason.LIMIT,
}


def parse_notification(hook: Hook, profile: ConnectionProfile) -> Parsed:
    """Dispatches on `event`. Raises MalformedHook for a missing event or id, or a record that names no file."""
    params = fields.read_params(hook)
    event = fields.required(params, "event").upper()
    if event not in EVENTS and event != MENU:
        return Parsed(ignored=f"{event[:40]} is no notification of a call.")
    direction, read = EVENTS.get(event, (Direction.INCOMING, None))
    notification = read_notification(params, hook, profile, direction)
    asks_about = notification.client if event in ("NOTIFY_START", MENU) else None
    if read is None:
        reason = "The caller chose something in a menu: it tells nothing of the call."
        return Parsed(ignored=reason, asks_about=asks_about, notes=params.notes)
    return Parsed(events=read(notification, profile), asks_about=asks_about, notes=params.notes)


def _start(notification: Notification, profile: ConnectionProfile) -> tuple[CallEvent, ...]:
    """Of a call between colleagues also whose phone it is that rings: nothing else tells that."""
    at = notification.call_start or notification.received_at
    by_clock = notification.call_start is not None
    started = notification.event(EventKind.CALL_STARTED, at, by_pbx_clock=by_clock)
    if not notification.called_extension:
        return (started,)
    called = {"extension": notification.called_extension, "role": LegRole.CALLED}
    own = fingerprint({**notification.params, "of": "called"})
    return started, notification.event(EventKind.LEG_RINGING, at, by_pbx_clock=by_clock, fingerprint=own, **called)


def _ring(notification: Notification, profile: ConnectionProfile) -> tuple[CallEvent, ...]:
    # `call_start` is the whole call's: when this phone began to ring is in no field.
    at = fields.near(notification.received_at, notification.call_start)
    return (notification.event(EventKind.LEG_RINGING, at, time_is_guess=at != notification.received_at),)


def _answer(notification: Notification, profile: ConnectionProfile) -> tuple[CallEvent, ...]:
    if notification.is_swapped:
        return _start(notification, profile)  # The employee's own phone was picked up; the client is called now.
    about = {}
    if notification.called_extension:
        about = {"extension": notification.called_extension, "role": LegRole.CALLED}
    return (notification.event(EventKind.ANSWERED, notification.received_at, takes_over=True, **about),)


def _end(notification: Notification, profile: ConnectionProfile) -> tuple[CallEvent, ...]:
    params, start = notification.params, notification.call_start
    duration, status = fields.seconds(params, "duration"), _status(params)
    answered = status is CallStatus.ANSWERED
    # The length is that of the talk: how long it rang before is only in the time of receipt.
    earliest = start + timedelta(seconds=duration or 0) if start else None
    at = fields.near(notification.received_at, earliest)
    is_recorded = fields.text(params, "is_recorded").lower() not in ("0", "false", "no")
    facts = {
        "time_is_guess": at != notification.received_at,
        "recording_reference": fields.text(params, "call_id_with_rec") if is_recorded else "",
    }
    if answered and fields.text(params, "calltype").lower() == OWN_PHONE:
        # Of an ordered call: the employee's own phone. Whether the client answered is told by the other part's end.
        return (notification.event(EventKind.LEG_ENDED, at, **facts),)
    facts |= {"status": status, "talk_seconds": duration if answered else None}
    return (notification.event(EventKind.ENDED, at, **facts, **({} if answered else _reason(params))),)


def _status(params: fields.Params) -> CallStatus | None:
    """The outcome; a word that nobody knows counts as failed."""
    status = fields.outcome(params, "disposition")
    return CallStatus.FAILED if status is CallStatus.UNKNOWN else status


def _reason(params: fields.Params) -> dict[str, object]:
    """By the word; where it only says that it failed, by the cause of Q.931."""
    said, code = fields.text(params, "disposition"), fields.text(params, "status_code")
    by_code = Q931.get(int(code)) if code.isascii() and code.isdigit() else None
    return {"reason": REASONS.get(" ".join(said.lower().replace("_", " ").split()), by_code), "reason_said": said}


def _record(notification: Notification, profile: ConnectionProfile) -> tuple[CallEvent, ...]:
    """The API is asked for the file; a link, which some accounts are said to send, is for who has no key."""
    params = notification.params
    link = fields.text(params, "record_link", longest=fields.LONGEST_LINK)
    if link and not (profile.has(*SETTINGS) and fields.text(params, "call_id_with_rec")):
        named = {"recording_link": link}
    else:
        named = {"recording_reference": fields.required(params, "call_id_with_rec")}
    return (notification.event(EventKind.RECORDING_READY, notification.received_at, **named),)


# Source: zadarma/openapi, the notifications of the PBX; direction None: only the call's id tells.
EVENTS: dict[str, tuple[Direction | None, Callable[[Notification, ConnectionProfile], tuple[CallEvent, ...]]]] = {
    "NOTIFY_START": (Direction.INCOMING, _start),
    "NOTIFY_INTERNAL": (Direction.INCOMING, _ring),
    "NOTIFY_ANSWER": (None, _answer),
    "NOTIFY_END": (Direction.INCOMING, _end),
    "NOTIFY_OUT_START": (Direction.OUTGOING, _start),
    "NOTIFY_OUT_END": (Direction.OUTGOING, _end),
    "NOTIFY_RECORD": (None, _record),
}
