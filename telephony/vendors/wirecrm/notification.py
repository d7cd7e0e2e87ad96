"""What all of WireCRM's notifications have in common, read once: who, whom, since when. Source: "API PBX"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from telephony.domain import fields
from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind, LegRole, Phone, fingerprint
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.domain.numbers import normalise

# Source: the ids of all examples in "API PBX"; its text doesn't say so (README.md, "Fields").
ID_PREFIXES = {"in": Direction.INCOMING, "out": Direction.OUTGOING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One notification without what only some have."""

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

    def status(self) -> CallStatus | None:
        """The outcome; a word that nobody knows counts as failed."""
        status = fields.outcome(self.params, "disposition")
        return CallStatus.FAILED if status is CallStatus.UNKNOWN else status

    def length(self) -> int | None:
        """Of the talk, in seconds."""
        return fields.seconds(self.params, "duration")

    def likely_direction(self) -> Direction | None:
        """A guess from the id (`in_...`, `out_...`), for messages that don't say; None if it has no such prefix."""
        return ID_PREFIXES.get(self.external_id.partition("_")[0])


def read_notification(params: fields.Params, hook: Hook, profile: ConnectionProfile) -> Notification:
    """Raises MalformedHook for a missing pbx_call_id."""
    talked = timedelta(seconds=fields.seconds(params, "duration") or 0)
    return Notification(
        params=params,
        received_at=hook.received_at,
        call_start=fields.moment(params, "call_start", profile.time_zone, within=fields.NEAR + talked),
        external_id=fields.required(params, "pbx_call_id"),
        caller=normalise(fields.text(params, "caller_id"), profile.phone_region),
        called_did=normalise(fields.text(params, "called_did"), profile.phone_region).raw,
        destination=normalise(fields.text(params, "destination"), profile.phone_region),
    )
