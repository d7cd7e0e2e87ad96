"""One message of Mango's: its fields and its times. Source: "VPBX API", "events" (README.md, "Sources")."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from telephony.domain import fields
from telephony.domain.events import CallEvent, EventKind, Phone, fingerprint
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.domain.notes import Oddity
from telephony.domain.numbers import normalise
from telephony.vendors.mango.signing import envelope

MOSCOW = timedelta(hours=3)
EARLY, LATE = timedelta(minutes=10), timedelta(minutes=2)
"""How near a time has to be to three hours after (before) its receipt to be taken for one of Moscow's clock."""
SIP = "sip:"


@dataclass(frozen=True)
class Message:
    """The JSON's fields by their paths (`from.number`), as text."""

    params: fields.Params
    tail: str
    profile: ConnectionProfile

    def text(self, *names: str) -> str:
        """The first of these fields that says something."""
        return next((found for name in names if (found := fields.text(self.params, name))), "")

    def number(self, *names: str) -> Phone:
        """The first of these that is a telephone number: a SIP address is an employee's phone, no number."""
        found = (fields.text(self.params, name) for name in names)
        said = next((text for text in found if text and not text.lower().startswith(SIP)), "")
        return normalise(said, self.profile.phone_region)

    @cached_property
    def offset(self) -> timedelta:
        """What to take off this message's times: the document calls unix time that of Moscow's clock."""
        for name in ("timestamp", "end_time"):
            if at := fields.moment(self.params, name, self.profile.time_zone):
                ahead = at - self.params.received_at
                if abs(ahead - MOSCOW) <= EARLY or abs(ahead + MOSCOW) <= LATE:
                    self.params.odd(Oddity.OTHER_TIME, name, self.params[name])
                    return MOSCOW if ahead > timedelta(0) else -MOSCOW
        return timedelta(0)

    def moment(self, name: str) -> datetime | None:
        at = fields.moment(self.params, name, self.profile.time_zone)
        return at - self.offset if at else None

    def event(self, kind: EventKind, name: str, **facts: Any) -> CallEvent:
        """An event at the time in this field, else at that of receipt. Raises MalformedHook without entry_id."""
        at = self.moment(name)
        known = {"fingerprint": self.fingerprint(), "by_pbx_clock": at is not None}
        return CallEvent(
            kind=kind,
            external_id=fields.required(self.params, "entry_id"),
            occurred_at=at or self.params.received_at,
            **{**known, **facts},
        )

    def fingerprint(self, of: str = "") -> str:
        return fingerprint({**self.params, "tail": self.tail, "of": of})


def read_message(hook: Hook, profile: ConnectionProfile) -> Message:
    """Raises MalformedHook if `json` is no object."""
    text = envelope(hook).get("json", b"").decode("utf-8", "replace")
    try:
        told = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise MalformedHook("json: no JSON.") from None
    if not isinstance(told, dict):
        raise MalformedHook("json: no object.")
    params = fields.Params(dict(_flat(told, "")), received_at=hook.received_at)
    return Message(params=params, tail=hook.tail.lower(), profile=profile)


def _flat(told: dict[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for name, value in told.items():
        path = fields.storable(f"{before}{name}")
        if isinstance(value, dict) and not before:
            yield from _flat(value, f"{path}.")
        elif value is not None:
            yield path, fields.storable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
