"""What all of Sipuni's messages have in common, read once: who, whom, when. Source: sipuni-http-api.md."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telephony import fields
from telephony.events import CallEvent, Direction, EventKind, LegRole, Phone, fingerprint
from telephony.hooks import ConnectionProfile, Hook
from telephony.phone import normalise

TRACKING = ("roistat", "roistat_number", "roistat_market", "roistatgoogleid")
EXTERNAL, INTERNAL = "1", "2"
ACCOUNT_DIGITS = 6

# `&timestamp=` as the document's page shows it: `&times` became a multiplication sign (or what a wrong
# charset made of it) and stuck to the value before.
_EATEN_TIMESTAMP = re.compile("(?:×|Ã\u0097|Ã—|Г—|Ч)tamp=(\\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message without what only some events have. An extension is empty for an external number."""

    params: fields.Params
    direction: Direction | None
    dst_is_internal: bool
    src_extension: str
    dst_extension: str
    client: Phone
    our_number: str
    external_id: str
    occurred_at: datetime

    def event(self, kind: EventKind, *, suffix: str = "", **facts: Any) -> CallEvent:
        """The normal event; `suffix` tells apart two events of one message."""
        return CallEvent(
            kind=kind,
            external_id=self.external_id,
            occurred_at=self.occurred_at,
            fingerprint=fingerprint(self.params) + suffix,
            direction=self.direction,
            client_raw=self.client.raw,
            client_e164=self.client.e164,
            our_number=self.our_number,
            order_id=fields.text(self.params, "callbackId"),
            tracking=fields.chosen(self.params, TRACKING),
            **facts,
        )

    def caller(self) -> dict[str, Any]:
        """The employee who calls, as facts of an event; nothing if the caller is no employee."""
        return {"extension": self.src_extension, "role": LegRole.CALLING} if self.src_extension else {}

    def employee(self) -> dict[str, Any]:
        """Whom an answer or an end is about: the employee who was called, else the one who calls."""
        return {"extension": self.dst_extension} if self.dst_extension else self.caller()


def read_message(params: fields.Params, hook: Hook, profile: ConnectionProfile) -> Message:
    """Raises MalformedHook for a missing call_id or a timestamp that is none."""
    src, src_type = fields.text(params, "src_num"), fields.text(params, "src_type")
    dst, dst_type = fields.text(params, "dst_num"), fields.text(params, "dst_type")
    account = str(profile.settings.get("user") or "")
    direction = direction_of(src_type, dst_type)
    client = src if direction is Direction.INCOMING else dst if direction is Direction.OUTGOING else ""
    src_short = fields.text(params, "short_src_num") or extension_of(src, account)
    dst_short = fields.text(params, "short_dst_num") or extension_of(dst, account)
    return Message(
        params=params,
        direction=direction,
        dst_is_internal=dst_type == INTERNAL,
        src_extension=src_short if src_type == INTERNAL else "",
        dst_extension=dst_short if dst_type == INTERNAL else "",
        client=normalise(client, profile.phone_region),
        our_number=dst if direction is Direction.INCOMING and dst_type != INTERNAL else "",
        external_id=fields.required(params, "call_id"),
        occurred_at=fields.unix_time(params, "timestamp") or hook.received_at,
    )


def repair(params: fields.Params) -> fields.Params:
    """The fields with an eaten `&timestamp=` taken out of the value that it stuck to."""
    repaired = dict(params)
    for name, value in params.items():
        found = _EATEN_TIMESTAMP.search(value)
        if found:
            repaired[name] = value[: found.start()] + value[found.end() :]
            repaired.setdefault("timestamp", found[1])
    return repaired


def direction_of(src_type: str, dst_type: str) -> Direction | None:
    """From the types alone: `is_inner_call` contradicts itself in the document."""
    if src_type == EXTERNAL:
        return Direction.INCOMING
    if src_type == INTERNAL:
        return {EXTERNAL: Direction.OUTGOING, INTERNAL: Direction.INTERNAL}.get(dst_type)
    return None


def extension_of(login: str, account: str) -> str:
    """The extension in a login like 012345101 (account and extension); a login of another form as it is."""
    if account and login.startswith(account) and login != account:
        return login[len(account) :]
    if login.isascii() and login.isdigit() and len(login) > ACCOUNT_DIGITS:
        return login[ACCOUNT_DIGITS:]
    return login
