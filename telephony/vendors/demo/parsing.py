"""The demo PBX's messages as events: tables, and a function that reads the fields. Source: README.md."""

from __future__ import annotations

from telephony import fields
from telephony.events import CallEvent, CallStatus, Direction, EventKind, Parsed, fingerprint
from telephony.hooks import ConnectionProfile, Hook
from telephony.phone import normalise

EVENTS = {"ring": EventKind.LEG_RINGING, "answer": EventKind.ANSWERED, "end": EventKind.ENDED}
RESULTS = {"answered": CallStatus.ANSWERED, "missed": CallStatus.NO_ANSWER, "busy": CallStatus.BUSY}


def parse_message(hook: Hook, profile: ConnectionProfile) -> Parsed:
    """One message, one event; all its calls are incoming."""
    params = fields.read_params(hook)
    name = fields.required(params, "event")
    if name not in EVENTS:
        return Parsed(ignored=f"event={name} is none of ring, answer and end.")
    client = normalise(fields.text(params, "from"), profile.phone_region)
    event = CallEvent(
        kind=EVENTS[name],
        external_id=fields.required(params, "call_id"),
        occurred_at=fields.unix_time(params, "time") or hook.received_at,
        fingerprint=fingerprint(params),
        direction=Direction.INCOMING,
        client_raw=client.raw,
        client_e164=client.e164,
        our_number=fields.text(params, "to"),
        extension=fields.text(params, "extension"),
        status=RESULTS.get(fields.text(params, "result")),
    )
    return Parsed(events=(event,))
