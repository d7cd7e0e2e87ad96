"""XVB-PBX webhooks as events. Source: "WebHooks - интеграция XVB-PBX" (README.md, "Sources"); the traps: README.md.

No message carries a time: the time of receipt counts.
"""

from __future__ import annotations

from typing import Any

from telephony.domain import fields, outcomes
from telephony.domain.events import (
    UNANSWERED,
    CallEvent,
    CallStatus,
    Direction,
    EventKind,
    LegRole,
    NoCallId,
    Parsed,
    fingerprint,
)
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.domain.numbers import normalise
from telephony.domain.reasons import EndReason

# Source: ANSWERED in the document's queue; ACCEPTED is the word of PBXs of this family (README.md, "Sources").
ANSWERS = ("ANSWERED", "ACCEPTED")
# Source: `type` under the start of a call, in the document.
DIRECTIONS = {"in": Direction.INCOMING, "out": Direction.OUTGOING}
# Source: INCOMING in the document's example; OUTGOING is expected (README.md, "Quirks").
STARTS = {"INCOMING": Direction.INCOMING, "OUTGOING": Direction.OUTGOING}
"""Direction of a start without `type`. The name of an outgoing start is not documented."""

# Source: the statuses of PBXs of this family (README.md, "Sources"): what they say beyond "failed".
REASONS = {
    "notavailable": EndReason.UNREACHABLE,
    "notallowed": EndReason.NOT_ALLOWED,
    "notfound": EndReason.NO_SUCH_NUMBER,
}


def parse_command(hook: Hook, profile: ConnectionProfile) -> Parsed:
    """`cmd=contact` asks, `cmd=event` tells. Raises MalformedHook, also for a missing access_code that is expected."""
    params = fields.read_params(hook)
    if profile.settings.get("access_code"):
        fields.required(params, "access_code")
    command = fields.required(params, "cmd").lower()
    if command == "contact":
        phone = normalise(fields.text(params, "phone"), profile.phone_region)
        return Parsed(asks_about=phone, notes=params.notes)
    if command == "event":
        return _parse_event(params, hook, profile)
    return Parsed(ignored=f"cmd={command} is neither event nor contact.")


def _parse_event(params: fields.Params, hook: Hook, profile: ConnectionProfile) -> Parsed:
    event = fields.required(params, "event").upper()
    direction = fields.one_of(params, "type", DIRECTIONS) or STARTS.get(event)
    facts = _facts(params, hook, profile, direction)
    if event == "COMPLETED":
        return Parsed(events=(_completed(params, facts),), notes=params.notes)
    if not facts["external_id"]:
        raise MalformedHook("callid: missing or empty.")
    if event in ANSWERS:
        return Parsed(events=(CallEvent(kind=EventKind.ANSWERED, takes_over=True, **facts),), notes=params.notes)
    if outcomes.read(event) in UNANSWERED:
        return _left(event, facts, params)
    if event in STARTS or direction is Direction.OUTGOING:
        return Parsed(events=_started(facts), notes=params.notes)
    return Parsed(ignored=f"event={event} is none of INCOMING, ANSWERED and COMPLETED, and type is not out.")


def _facts(
    params: fields.Params, hook: Hook, profile: ConnectionProfile, direction: Direction | None
) -> dict[str, Any]:
    """What every event has; `phone` is the client in both directions."""
    client = normalise(fields.text(params, "phone"), profile.phone_region)
    # The code is the same in all messages and short: its hash would give it away.
    told = {name: value for name, value in params.items() if name != "access_code"}
    return {
        "external_id": fields.text(params, "callid"),
        "occurred_at": hook.received_at,
        "fingerprint": fingerprint(told),
        "direction": direction,
        "client_raw": client.raw,
        "client_e164": client.e164,
        "our_number": normalise(fields.text(params, "line_number"), profile.phone_region).raw,
        "extension": fields.text(params, "ext"),
        "role": LegRole.CALLING if direction is Direction.OUTGOING else LegRole.CALLED,
    }


def _started(facts: dict[str, Any]) -> tuple[CallEvent, ...]:
    if facts["direction"] is Direction.OUTGOING or not facts["extension"]:
        return (CallEvent(kind=EventKind.CALL_STARTED, **facts),)
    started = {**facts, "extension": ""}
    ringing = {**facts, "fingerprint": facts["fingerprint"] + "-ring"}
    return (
        CallEvent(kind=EventKind.CALL_STARTED, **started),
        CallEvent(kind=EventKind.LEG_RINGING, **ringing),
    )


def _left(event: str, facts: dict[str, Any], params: fields.Params) -> Parsed:
    """CANCELLED and the like, of one phone: it stopped ringing. How the call ended is COMPLETED's."""
    if not facts["extension"]:
        return Parsed(
            ignored=f"event={event} names no phone that stopped ringing; COMPLETED tells the end of the call."
        )
    left = CallEvent(kind=EventKind.LEG_ENDED, status=outcomes.read(event), **facts)
    return Parsed(events=(left,), notes=params.notes)


def _completed(params: fields.Params, facts: dict[str, Any]) -> CallEvent:
    if not facts["external_id"] and not facts["client_raw"]:
        raise MalformedHook("callid and phone: both missing, so nothing tells which call has ended.")
    status = fields.outcome(params, "status") or CallStatus.UNKNOWN
    said = fields.text(params, "status")
    reason = REASONS.get(said.lower())
    return CallEvent(
        kind=EventKind.ENDED,
        no_call_id=None if facts["external_id"] else NoCallId.ENDS_OPEN_CALL,
        status=status,
        reason=reason,
        reason_said=said if reason else "",
        talk_seconds=fields.seconds(params, "duration") if status is CallStatus.ANSWERED else None,
        recording_link=fields.text(params, "record_link", longest=fields.LONGEST_LINK),
        **facts,
    )
