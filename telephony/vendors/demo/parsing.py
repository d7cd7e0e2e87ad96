"""The demo PBX's messages as events: a table, and a function that reads the fields. Source: README.md."""

from __future__ import annotations

from telephony.domain import fields
from telephony.domain.events import CallEvent, Direction, EventKind, Parsed, fingerprint
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.domain.numbers import normalise

# Source: `event` in README.md.
EVENTS = {"ring": EventKind.LEG_RINGING, "answer": EventKind.ANSWERED, "end": EventKind.ENDED}


def parse_message(hook: Hook, profile: ConnectionProfile) -> Parsed:
    """One message, one event; all its calls are incoming."""
    params = fields.read_params(hook)
    name = fields.required(params, "event")
    if name not in EVENTS:
        return Parsed(ignored=f"event={name} is none of ring, answer and end.")
    client = normalise(fields.text(params, "from"), profile.phone_region)
    own_time = fields.moment(params, "time", profile.time_zone)
    event = CallEvent(
        kind=EVENTS[name],
        external_id=fields.required(params, "call_id"),
        occurred_at=own_time or hook.received_at,
        by_pbx_clock=own_time is not None,
        fingerprint=fingerprint(params),
        direction=Direction.INCOMING,
        client_raw=client.raw,
        client_e164=client.e164,
        our_number=fields.text(params, "to"),
        extension=fields.text(params, "extension"),
        status=fields.outcome(params, "result"),
        takes_over=EVENTS[name] is EventKind.ANSWERED,
    )
    return Parsed(events=(event,), notes=params.notes)
