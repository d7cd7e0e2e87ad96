"""A finished call as 3CX's and Yeastar's CRM templates report it. Source: crm_template.xml, README.md."""

from __future__ import annotations

from datetime import UTC, timedelta

from telephony.domain import fields
from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind, LegRole, NoCallId, Parsed, fingerprint
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.domain.numbers import normalise
from telephony.vendors.push.message import read_message, required
from telephony.vendors.push.words import DIRECTIONS, plain

# Source: [CallType] of 3CX's template: Inbound, Outbound, Missed, Notanswered.
UNANSWERED = {"missed": CallStatus.NO_ANSWER, "notanswered": CallStatus.NO_ANSWER}


def read_journal(hook: Hook, profile: ConnectionProfile) -> Parsed:
    """One end of a call. It has no id: its start, number and employee stand for one, so a report that comes twice is
    the same; one without a start ends the only open call of its number.
    """
    params = read_message(hook)
    client = normalise(required(hook, params, "from"), profile.phone_region)
    call_type = plain(fields.text(params, "direction"))
    direction = DIRECTIONS.get(call_type)
    started_at = fields.moment(params, "time_utc", UTC) or fields.moment(params, "time", profile.time_zone)
    talked = fields.seconds(params, "duration")
    status = UNANSWERED.get(call_type) or (CallStatus.ANSWERED if talked else CallStatus.NO_ANSWER)
    is_answered = status is CallStatus.ANSWERED
    extension = fields.text(params, "user")
    call_id = f"{started_at:%Y%m%d%H%M%S}-{client.raw.lstrip('+')}-{extension}" if started_at else ""
    event = CallEvent(
        kind=EventKind.ENDED,
        external_id=fields.text(params, "call_id") or call_id,
        no_call_id=None if call_id or params.get("call_id") else NoCallId.ENDS_OPEN_CALL,
        occurred_at=started_at + timedelta(seconds=talked or 0) if started_at else hook.received_at,
        started_at=started_at,
        fingerprint=fingerprint(params),
        direction=direction,
        client_raw=client.raw,
        client_e164=client.e164,
        our_number=normalise(fields.text(params, "to"), profile.phone_region).raw,
        extension=extension,
        role=LegRole.CALLING if direction is Direction.OUTGOING else LegRole.CALLED,
        status=status,
        talk_seconds=talked if is_answered else 0,
        recording_link=fields.text(params, "recording", longest=fields.LONGEST_LINK),
    )
    return Parsed(events=(event,), notes=params.notes)
