"""Messages of ITooLabs' PBXs as events. Sources: README.md, "Sources"; the traps: README.md, "Quirks".

No event carries a time: the time of receipt counts. A phone that rings, stops and rings anew sends the same bytes
twice, so each receipt of an event is one of its own; the fold takes what is told twice of a phone for one thing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from telephony.domain import fields
from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind, Parsed
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.domain.numbers import normalise
from telephony.domain.reasons import EndReason
from telephony.vendors.itoolabs.message import COMMANDS, facts_of, print_of, rating_of

# Source: `direction` of events (MegaFon only), `type` of history and of the list's rows.
DIRECTIONS = {"in": Direction.INCOMING, "missed": Direction.INCOMING, "out": Direction.OUTGOING}
# Source: `type` of events in both documents.
TYPES = {
    "INCOMING": EventKind.LEG_RINGING,
    "OUTGOING": EventKind.CALL_STARTED,
    "ACCEPTED": EventKind.ANSWERED,
    "COMPLETED": EventKind.LEG_ENDED,
    "CANCELLED": EventKind.LEG_ENDED,
    "TRANSFERRED": EventKind.LEG_ENDED,
}
# Source: the same; Gravitel's events have no `direction`.
STARTS = {"INCOMING": Direction.INCOMING, "OUTGOING": Direction.OUTGOING}
# Source: the documents' words under `type`. CANCELLED: the client gave up or a colleague answered. Who is named by
# TRANSFERRED is UNCERTAIN: it ends no talk of anybody who is not known to talk.
LEFT = {"COMPLETED": CallStatus.ANSWERED, "CANCELLED": CallStatus.CANCELLED}
# Source: the documents' words under `status`, and MIKO's; in small letters, without what stands between them.
REASONS = {
    "missed": EndReason.NOT_PICKED_UP,
    "noanswer": EndReason.NOT_PICKED_UP,
    "busy": EndReason.BUSY,
    "cancel": EndReason.GAVE_UP,
    "notavailable": EndReason.UNREACHABLE,
    "notallowed": EndReason.NOT_ALLOWED,
    "notfound": EndReason.NO_SUCH_NUMBER,
}
CLOCKS = timedelta(minutes=2)
"""How far the PBX's clock may be before ours."""


def parse_command(hook: Hook, profile: ConnectionProfile) -> Parsed:
    """One message of any `cmd`. Raises MalformedHook for one that lacks its call or its command."""
    params = fields.read_params(hook)
    command = fields.required(params, "cmd").lower()
    if command == "contact":
        return Parsed(asks_about=normalise(fields.text(params, "phone"), profile.phone_region), notes=params.notes)
    if command not in COMMANDS:
        return Parsed(ignored=f"cmd={command} is none of {', '.join(COMMANDS)}.")
    if command == "history":
        return Parsed(events=(_ended(params, hook, profile),), notes=params.notes)
    if command == "rating":
        return _rated(params, hook, profile)
    return _event(params, hook, profile)


def _event(params: fields.Params, hook: Hook, profile: ConnectionProfile) -> Parsed:
    word = fields.required(params, "type").upper()
    if word not in TYPES:
        return Parsed(ignored=f"type={word} is none of {', '.join(TYPES)}.")
    kind = TYPES[word]
    direction = fields.one_of(params, "direction", DIRECTIONS) or STARTS.get(word)
    facts = facts_of(params, hook, profile, direction)
    is_somebody = bool(facts["extension"] or facts["user_key"])
    # An ordered call rings the employee's own phone first; and a group's number is no phone.
    if kind is EventKind.LEG_RINGING and (direction is Direction.OUTGOING or not is_somebody):
        kind = EventKind.CALL_STARTED
    if kind is EventKind.LEG_ENDED:
        if not is_somebody:
            return Parsed(ignored=f"type={word} names nobody who left; history tells the end of the call.")
        facts["status"] = LEFT.get(word)
    # Nothing tells for sure when a talk was given on: the next answer ends the one before it.
    facts["takes_over"] = kind is EventKind.ANSWERED and direction is not Direction.OUTGOING
    event = CallEvent(kind=kind, fingerprint=print_of(params, hook.received_at.isoformat()), **facts)
    return Parsed(events=(event,), notes=params.notes)


def _ended(params: fields.Params, hook: Hook, profile: ConnectionProfile) -> CallEvent:
    """The PBX's own account of the whole call: it settles what the events told."""
    word = fields.text(params, "status")
    status = fields.outcome(params, "status") or _status_by_length(params)
    talked = fields.seconds(params, "duration") if status is CallStatus.ANSWERED else None
    started_at = _start(params, hook, profile)
    over_at = started_at + timedelta(seconds=talked or 0) if started_at else None
    facts = facts_of(params, hook, profile, fields.one_of(params, "type", DIRECTIONS))
    facts["occurred_at"] = fields.near(hook.received_at, over_at)
    return CallEvent(
        kind=EventKind.ENDED,
        fingerprint=print_of(params),
        status=status,
        reason=REASONS.get("".join(filter(str.isalpha, word.lower()))),
        reason_said="" if status is CallStatus.ANSWERED else word,
        settles=True,
        started_at=started_at,
        talk_seconds=talked,
        recording_link=fields.text(params, "link", longest=fields.LONGEST_LINK),
        tracking=rating_of(params),
        **facts,
    )


def _status_by_length(params: fields.Params) -> CallStatus:
    """Of an account without a word for the outcome, as the old interface's list is."""
    length = fields.seconds(params, "duration")
    if length is None:
        return CallStatus.UNKNOWN
    return CallStatus.ANSWERED if length else CallStatus.NO_ANSWER


def _start(params: fields.Params, hook: Hook, profile: ConnectionProfile) -> datetime | None:
    """UTC. Some accounts are said to write their own clock's time with a Z: it is after the receipt then."""
    start = fields.moment(params, "start", UTC)
    if start and start > hook.received_at + CLOCKS:
        local = start.replace(tzinfo=profile.time_zone).astimezone(UTC)
        return local if local <= hook.received_at + CLOCKS else start
    return start


def _rated(params: fields.Params, hook: Hook, profile: ConnectionProfile) -> Parsed:
    """It comes after the call; by itself it tells of neither a ring nor a talk, like a recording."""
    rating = rating_of(params)
    if not rating:
        return Parsed(ignored="cmd=rating names no rating.", notes=params.notes)
    facts = facts_of(params, hook, profile, None)
    event = CallEvent(kind=EventKind.RECORDING_READY, fingerprint=print_of(params), tracking=rating, **facts)
    return Parsed(events=(event,), notes=params.notes)
