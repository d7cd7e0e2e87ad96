"""WireCRM API PBX notifications as events. Source: wirecrm-api-pbx.md ("API PBX"); the traps: README.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from telephony import fields
from telephony.events import CallEvent, CallStatus, Direction, EventKind, LegRole, Parsed, Phone, fingerprint
from telephony.hooks import ConnectionProfile, Hook
from telephony.phone import normalise

DISPOSITIONS = {
    "answered": CallStatus.ANSWERED,
    "busy": CallStatus.BUSY,
    "cancel": CallStatus.CANCELLED,
    "no answer": CallStatus.NO_ANSWER,
    "failed": CallStatus.FAILED,
}
"""Anything else counts as failed."""
ID_PREFIXES = {"in": Direction.INCOMING, "out": Direction.OUTGOING}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notification:
    """The fields that notifications share, read once."""

    params: fields.Params
    received_at: datetime
    call_start: datetime | None
    external_id: str
    caller: Phone
    called_did: str
    destination: Phone

    def event(self, kind: EventKind, occurred_at: datetime, direction: Direction | None, **facts: Any) -> CallEvent:
        """The normal event. The client is who calls, or on an outgoing call who is called."""
        outgoing = direction is Direction.OUTGOING
        client = self.destination if outgoing else self.caller
        return CallEvent(
            kind=kind,
            external_id=self.external_id,
            occurred_at=occurred_at,
            fingerprint=fingerprint(self.params),
            direction=direction,
            client_raw=client.raw,
            client_e164=client.e164,
            our_number=self.caller.raw if outgoing else self.called_did,
            extension=fields.text(self.params, "internal"),
            role=LegRole.CALLING if outgoing else LegRole.CALLED,
            **facts,
        )


def parse_notification(hook: Hook, profile: ConnectionProfile) -> Parsed:
    """Dispatches on `event` alone. Raises MalformedHook for a missing event or id, or an unreadable time or length."""
    params = fields.read_params(hook)
    event = fields.required(params, "event").upper()
    read = EVENTS.get(event)
    if read is None:
        return Parsed(ignored=f"{event} is not one of the documented notifications.")
    notification = _Notification(
        params=params,
        received_at=hook.received_at,
        call_start=fields.local_time(params, "call_start", profile.time_zone),
        external_id=fields.required(params, "pbx_call_id"),
        caller=normalise(fields.text(params, "caller_id"), profile.phone_region),
        called_did=normalise(fields.text(params, "called_did"), profile.phone_region).raw,
        destination=normalise(fields.text(params, "destination"), profile.phone_region),
    )
    return Parsed(events=(read(notification),), asks_about=notification.caller if event == "NOTIFY_START" else None)


def _start(notification: _Notification, direction: Direction) -> CallEvent:
    return notification.event(
        EventKind.CALL_STARTED,
        notification.call_start or notification.received_at,
        direction,
        started_at=notification.call_start,
    )


def _end(notification: _Notification, direction: Direction) -> CallEvent:
    start, duration = notification.call_start, fields.seconds(notification.params, "duration")
    disposition = fields.text(notification.params, "disposition").lower()
    status = DISPOSITIONS.get(disposition, CallStatus.FAILED) if disposition else None
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


def _ring(notification: _Notification) -> CallEvent:
    at = fields.near(notification.received_at, notification.call_start)
    return notification.event(
        EventKind.LEG_RINGING,
        at,
        Direction.INCOMING,
        time_is_guess=at != notification.received_at,
        started_at=notification.call_start,
    )


def _answer(notification: _Notification) -> CallEvent:
    # Not in the document: PBXs of Zadarma's family send it.
    return notification.event(
        EventKind.ANSWERED, notification.received_at, _direction(notification), started_at=notification.call_start
    )


def _record(notification: _Notification) -> CallEvent:
    return notification.event(
        EventKind.RECORDING_READY,
        notification.received_at,
        _direction(notification),
        recording_link=fields.required(notification.params, "record_link", longest=fields.LONGEST_LINK),
    )


def _direction(notification: _Notification) -> Direction | None:
    """A guess from the id (`in_...`, `out_...`), for messages that don't say; None if it has no such prefix."""
    return ID_PREFIXES.get(notification.external_id.partition("_")[0])


EVENTS: dict[str, Callable[[_Notification], CallEvent]] = {
    "NOTIFY_START": partial(_start, direction=Direction.INCOMING),
    "NOTIFY_INTERNAL": _ring,
    "NOTIFY_ANSWER": _answer,
    "NOTIFY_END": partial(_end, direction=Direction.INCOMING),
    "NOTIFY_OUT_START": partial(_start, direction=Direction.OUTGOING),
    "NOTIFY_OUT_END": partial(_end, direction=Direction.OUTGOING),
    "NOTIFY_RECORD": _record,
}
