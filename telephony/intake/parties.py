"""Puts right who is who in a message that was read: what only the connection's own settings and extensions tell."""

from __future__ import annotations

from dataclasses import replace

from telephony.domain import numbers
from telephony.domain.events import CallEvent, Direction, Parsed
from telephony.models import Connection, Extension

LONGEST_INTERNAL = 6
"""Digits of an internal number."""


def put_right(parsed: Parsed, *, connection: Connection) -> Parsed:
    """The same message with client and employee in their places and without an outside line's prefix."""
    if not parsed.events:
        return parsed
    events = tuple(_put_right(event, connection) for event in parsed.events)
    return parsed if events == parsed.events else replace(parsed, events=events)


def _put_right(event: CallEvent, connection: Connection) -> CallEvent:
    if _may_be_swapped(event) and (outside := numbers.normalise(event.extension, connection.phone_region)).e164:
        mapped = Extension.objects.filter(connection=connection)
        is_employee = mapped.filter(number=event.client_raw).exists()
        if is_employee and not mapped.filter(number=event.extension).exists():
            event = replace(event, extension=event.client_raw, client_raw=outside.raw, client_e164=outside.e164)
    if event.direction is Direction.OUTGOING and event.client_raw:
        client = connection.called_number(event.client_raw)
        if client.raw != event.client_raw:
            event = replace(event, client_raw=client.raw, client_e164=client.e164)
    return event


def _may_be_swapped(event: CallEvent) -> bool:
    """A short number where the client should be, and a long one where the employee should."""
    is_short = bool(event.client_raw) and len(event.client_raw) <= LONGEST_INTERNAL and not event.client_e164
    return is_short and len(event.extension) > LONGEST_INTERNAL
