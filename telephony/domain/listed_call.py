"""A call as a PBX's own list has it, after it ended; and the events that it is told in here.

The list knows how a call ended, and of its times only the start; webhooks know the rest. `CallEvent.listed_at` marks
what came from a list, and the fold (fold/call.py) believes it accordingly.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from telephony.domain import numbers
from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind, LegRole, fingerprint
from telephony.domain.reasons import EndReason

CLOCKS = timedelta(seconds=15)
"""How far the PBX's clock may be from ours, and how exactly a start is known."""
UNTIL_HEARD = timedelta(seconds=180)
"""How long after a call's start its first message may come: a greeting or a queue rings no phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxCall:
    """One call as the PBX lists it after it ended. Empty strings and None where the list doesn't say."""

    call_id: str = ""
    direction: Direction = Direction.UNKNOWN
    direction_is_guess: bool = False
    """Client and our number may have to change places: both look like numbers from outside."""
    status: CallStatus = CallStatus.UNKNOWN
    is_final: bool = True
    """False while the PBX itself does not call it finished."""
    client_raw: str = ""
    client_e164: str = ""
    our_number: str = ""
    extension: str = ""
    """Who was called; of an outgoing call, who called."""
    user_key: str = field(default="", repr=False)
    """The same person, where the list names people by keys."""
    caller: str = ""
    """Of a call between colleagues, the internal number of who called."""
    started_at: datetime
    maybe_started_at: datetime | None = None
    """The other moment that the same time of a clock without a zone may mean, in the hour that comes twice."""
    talk_seconds: int | None = None
    reason: EndReason | None = None
    """Why nobody talked, and the PBX's own word for it."""
    reason_said: str = ""
    recording_link: str = ""
    recording_reference: str = ""
    more_recordings: tuple[str, ...] = ()
    """References of its other recordings, where each phone's part of the talk is one of its own."""

    @property
    def is_recorded(self) -> bool:
        return bool(self.recording_link or self.recording_reference)

    @property
    def match_key(self) -> str:
        return numbers.match_key(self.client_raw)

    def swapped(self, region: str) -> PbxCall:
        """The same call read as an outgoing one: who seemed to call is our number."""
        client = numbers.normalise(self.our_number, region)
        return replace(
            self,
            direction=Direction.OUTGOING,
            direction_is_guess=False,
            client_raw=client.raw,
            client_e164=client.e164,
            our_number=self.client_raw,
        )

    def events(self, *, external_id: str, listed_at: datetime) -> tuple[CallEvent, ...]:
        """Its end as the list tells it, of a call between colleagues once for each of the two; and its recordings
        after the first."""
        talked = self.talk_seconds or 0
        facts = {name: str(value) for name, value in to_json(self).items() if name != "maybe_started_at"}
        end = CallEvent(
            kind=EventKind.ENDED,
            external_id=external_id,
            occurred_at=self.started_at + timedelta(seconds=talked),
            fingerprint="list " + fingerprint(facts),
            listed_at=listed_at,
            direction=self.direction if self.direction is not Direction.UNKNOWN else None,
            client_raw=self.client_raw,
            client_e164=self.client_e164,
            our_number=self.our_number,
            extension=self.extension,
            user_key=self.user_key,
            role=LegRole.CALLING if self.direction is Direction.OUTGOING else LegRole.CALLED,
            status=self.status,
            started_at=self.started_at,
            # An answered call of no length is one whose length the list does not know.
            talk_seconds=(talked or None) if self.status is CallStatus.ANSWERED else None,
            reason=self.reason,
            reason_said=self.reason_said,
            recording_link=self.recording_link,
            recording_reference=self.recording_reference,
        )
        more = self._further_recordings(end)
        if not self.caller:
            return end, *more
        caller = replace(
            end, extension=self.caller, user_key="", role=LegRole.CALLING, fingerprint=end.fingerprint + " caller"
        )
        return caller, end, *more

    def _further_recordings(self, end: CallEvent) -> tuple[CallEvent, ...]:
        return tuple(
            CallEvent(
                kind=EventKind.RECORDING_READY,
                external_id=end.external_id,
                occurred_at=end.occurred_at,
                fingerprint=f"{end.fingerprint} recording {reference}",
                listed_at=end.listed_at,
                recording_reference=reference,
            )
            for reference in self.more_recordings
        )


def to_json(call: PbxCall) -> dict[str, Any]:
    """Everything that is said of the call, for storage; `from_json` gives the same back."""
    stored: dict[str, Any] = {}
    for item in fields(call):
        value = getattr(call, item.name)
        if isinstance(value, datetime):
            stored[item.name] = value.isoformat()
        elif value != item.default:
            stored[item.name] = list(value) if isinstance(value, tuple) else value
    return stored


def from_json(stored: dict[str, Any]) -> PbxCall:
    """The call that `to_json` stored."""
    values = dict(stored)
    for name, kind in (("direction", Direction), ("status", CallStatus), ("reason", EndReason)):
        if name in values:
            values[name] = kind(values[name])
    values["more_recordings"] = tuple(values.get("more_recordings", ()))
    for name in ("started_at", "maybe_started_at"):
        if name in values:
            values[name] = datetime.fromisoformat(values[name])
    return PbxCall(**values)
