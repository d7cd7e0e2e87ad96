"""What an agent tells of an Asterisk: batches of AMI events. Source: Asterisk's AMI and CEL (README.md, "Sources").

The agent only passes on; all meaning is here. Each event is read by itself, without what came before it: the fold puts
them together, in whatever order they come.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from telephony.domain.errands import FailedOrder
from telephony.domain.events import CallEvent, Parsed
from telephony.domain.exceptions import DialProblem, MalformedHook
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.domain.notes import Note
from telephony.vendors.asterisk.leaving import attended_transfer, blind_transfer, hangup, linked_end, recorded
from telephony.vendors.asterisk.reading import Reading
from telephony.vendors.asterisk.ringing import dial_begin, dial_end, new_channel

# Source: AMI OriginateResponse, "Reason": 3 is that the own phone rang, and 0, 1, 5, 8 that it could not be rung.
SILENT = "3"


# Source: the agent's white list (telephony/agent), of AMI's events.
READERS: dict[str, Callable[[Reading], Iterator[CallEvent]]] = {
    "Newchannel": new_channel,
    "DialBegin": dial_begin,
    "DialEnd": dial_end,
    "BlindTransfer": blind_transfer,
    "AttendedTransfer": attended_transfer,
    "Hangup": hangup,
    "CEL": linked_end,
    "Cdr": recorded,
}


def parse_batch(hook: Hook, profile: ConnectionProfile) -> Parsed:
    """All events of the batch. One that can't be read is noted, and costs the others nothing."""
    messages = _messages(hook)
    if not messages:
        return Parsed(ignored="The agent says that it is alive, and that nothing happened.")
    events: dict[str, CallEvent] = {}
    failed: list[FailedOrder] = []
    notes: dict[Note, None] = {}
    for message in messages:
        reading = Reading.of(message, hook, profile)
        for event in _events_of(reading):
            events.setdefault(event.fingerprint, event)
        failed += _failed_orders(reading)
        notes |= dict.fromkeys(reading.params.notes)
    parsed = Parsed(events=tuple(events.values()), failed_orders=tuple(failed), notes=tuple(notes))
    if parsed.events or parsed.failed_orders:
        return parsed
    return Parsed(ignored="What happened is no part of a call that anybody has to know of.", notes=parsed.notes)


def _messages(hook: Hook) -> list[dict[str, Any]]:
    try:
        batch = json.loads(hook.body)
    except (ValueError, RecursionError):
        raise MalformedHook("The body is no JSON.") from None
    found = batch.get("events") if isinstance(batch, dict) else None
    if not isinstance(found, list):
        raise MalformedHook("events: a list of AMI events is missing.")
    return [message for message in found if isinstance(message, dict)]


def _events_of(reading: Reading) -> Iterator[CallEvent]:
    read = READERS.get(reading.params.get("Event", ""))
    if read is not None and reading.call_id:
        yield from read(reading)


def _failed_orders(reading: Reading) -> list[FailedOrder]:
    failed = reading.text("Event") == "OriginateResponse" and reading.text("Response").lower() == "failure"
    if not failed or not reading.text("ActionID"):
        return []
    reason = reading.text("Reason")
    problem = DialProblem.OWN_PHONE_SILENT if reason == SILENT else DialProblem.OWN_PHONE_BUSY
    return [FailedOrder(order_id=reading.text("ActionID"), problem=problem, said=f"Reason {reason}" if reason else "")]
