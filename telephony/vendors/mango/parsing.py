"""Mango's events as ours. Source: "VPBX API 1.9", "events" (README.md, "Sources"); the traps: README.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from telephony.domain import fields
from telephony.domain.errands import FailedOrder
from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind, LegRole, Parsed
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.vendors.mango import client, codes
from telephony.vendors.mango.message import Message, read_message
from telephony.vendors.mango.parties import parties_of
from telephony.vendors.mango.signing import is_event
from telephony.vendors.parties import Parties, calls

# Source: "VPBX API", `call_direction` of events/summary.
DIRECTIONS = {"0": Direction.INTERNAL, "1": Direction.INCOMING, "2": Direction.OUTGOING}
# Source: the same, `dct.type`.
TRACKED = {"1": "dynamic", "2": "static"}
Found = tuple[CallEvent, ...] | FailedOrder | str
"""Events, an order that failed, or why neither."""


def parse_event(hook: Hook, profile: ConnectionProfile) -> Parsed:
    """Dispatches on what Mango appends to the address. Raises MalformedHook without entry_id or with no JSON."""
    if not is_event(hook):
        return Parsed(ignored="Somebody checked the address: this is not where events come.")
    read = EVENTS.get(hook.tail.lower())
    if read is None:
        return Parsed(ignored=f"{hook.tail[:40]} tells nothing of a call.")
    found = read(message := read_message(hook, profile))
    if isinstance(found, FailedOrder):
        return Parsed(failed_orders=(found,))
    told: dict[str, Any] = {"ignored": found} if isinstance(found, str) else {"events": found}
    return Parsed(**told, notes=message.params.notes)


def _call(message: Message) -> Found:
    """One part of a call: a menu's, a queue's, or one phone's."""
    state, parties = message.text("call_state").lower(), parties_of(message)
    place = message.text("location", "locaton").lower()
    if place.startswith(("ivr", "queue")):
        if state != "appeared" or message.text("from.taken_from_call_id"):
            return "No phone rings in a menu or a queue, and nobody answers there."
        own = parties.facts | _extras(message) | {"extension": "", "role": LegRole.CALLED}
        return (message.event(EventKind.CALL_STARTED, "timestamp", **own),)
    if not parties.extension:
        return "This part of the call has no employee of its own."
    read = STATES.get(state)
    return read(message, parties) if read else f"{state[:40]} changes nothing of who talks."


def _begins(message: Message, parties: Parties) -> Found:
    """A phone rings; or, where the employee calls, the call begins."""
    facts = parties.facts | _extras(message)
    if parties.role is LegRole.CALLING:
        return (message.event(EventKind.CALL_STARTED, "timestamp", **facts),)
    rings = (message.event(EventKind.LEG_RINGING, "timestamp", **facts),)
    if not parties.caller:
        return rings
    own = calls(parties.caller, message.fingerprint("caller"))
    return message.event(EventKind.CALL_STARTED, "timestamp", **facts | own), *rings


def _answers(message: Message, parties: Parties) -> Found:
    if parties.is_own_phone:
        return _begins(message, parties)
    return (message.event(EventKind.ANSWERED, "timestamp", **parties.facts, **_extras(message)),)


def _leaves(message: Message, parties: Parties) -> Found:
    return (message.event(EventKind.LEG_ENDED, "timestamp", **parties.facts, **_extras(message), **_left(message)),)


# Source: "VPBX API", `call_state` of events/call.
STATES = {"appeared": _begins, "connected": _answers, "disconnected": _leaves}


def _extras(message: Message) -> dict[str, Any]:
    tracking = {"dct_number": message.text("dct.number"), "dct_type": TRACKED.get(message.text("dct.type"), "")}
    return {
        "order_id": message.text("command_id"),
        "tracking": {name: value for name, value in tracking.items() if value} if tracking["dct_number"] else {},
    }


def _left(message: Message) -> dict[str, Any]:
    code, seq = message.text("disconnect_reason"), message.text("seq")
    count = int(seq) if seq.isascii() and seq.isdigit() else 0
    alone = bool(message.text("from.taken_from_call_id")) and not message.text("to.acd_group")
    status = codes.left(code, count, is_one_phone_s=alone)
    unheard = status is not None and status is not CallStatus.ANSWERED
    return {"status": status, **(codes.reason(code) if unheard else {})}


def _summary(message: Message) -> tuple[CallEvent, ...]:
    """The whole call, as it was: its end, whoever it names."""
    parties, talk, end = parties_of(message), message.moment("talk_time"), message.moment("end_time")
    stated = fields.one_of(message.params, "call_direction", DIRECTIONS)
    facts: dict[str, Any] = parties.facts | {"direction": stated or parties.direction}
    facts |= {"started_at": message.moment("create_time"), "by_pbx_clock": False}
    result, is_said = message.text("entry_result"), bool(message.text("talk_time"))
    answered = result != "0" if talk else result == "1" and not is_said
    if stated is Direction.OUTGOING and parties.role is LegRole.CALLED:
        facts["role"] = LegRole.CALLING  # As an ordered call's first part has it: from the client to the employee.
    if answered:
        length = max(0, round((end - talk).total_seconds())) if end and talk else None
        facts |= {"status": CallStatus.ANSWERED, "answered_at": talk, "talk_seconds": length}
    else:
        facts |= {"status": CallStatus.NO_ANSWER, **codes.reason(message.text("disconnect_reason"))}
    ended = message.event(EventKind.ENDED, "end_time", **facts)
    if not parties.caller:
        return (ended,)
    own = calls(parties.caller, message.fingerprint("caller"))
    return message.event(EventKind.ENDED, "end_time", **facts | own), ended


def _recording(message: Message) -> Found:
    """Of its three states only the last one; and there is a file only if it says so."""
    state, code = message.text("recording_state"), message.text("completion_code")
    if state.lower() != "completed":
        return f"{state[:40]}: the recording is not finished."
    if code not in ("", codes.SUCCESS):
        return f"There will be no recording: {codes.words(code)[1]}."
    if message.text("recipient").lower() == "mail":
        return "The recording is only sent by mail: it can't be fetched."
    return _added(message)


def _added(message: Message) -> tuple[CallEvent, ...]:
    reference = fields.required(message.params, "recording_id")
    return (message.event(EventKind.RECORDING_READY, "timestamp", recording_reference=reference),)


# Source: "VPBX API 1.9": what is appended to the address for each kind of message.
EVENTS: dict[str, Callable[[Message], Found]] = {
    "events/call": _call,
    "events/summary": _summary,
    "events/recording": _recording,
    "events/record/added": _added,
    "result/callback": client.result_of_order,
}
