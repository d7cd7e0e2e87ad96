"""What all of Sipuni's messages have in common, read once: who, whom, when. Source: "Описание HTTP API"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from telephony.domain import fields
from telephony.domain.events import CallEvent, Direction, EventKind, LegRole, Phone, fingerprint
from telephony.domain.hooks import ConnectionProfile
from telephony.domain.notes import Oddity
from telephony.domain.numbers import normalise

# Source: "Call" and "Hang-up" in "Описание HTTP API" (README.md, "Sources").
TRACKING = ("roistat", "roistat_number", "roistat_market", "roistatgoogleid")
# Source: "HTTP запросы", `src_type` and `dst_type`; "Короткие и длинные номера".
EXTERNAL, INTERNAL = "1", "2"
ACCOUNT_DIGITS = 6
_LOGIN = re.compile(r"0\d{5}\d{1,6}", re.ASCII)
_EXTENSION = re.compile(r"[\d*#]{1,8}", re.ASCII)
LONGEST_LOGIN = 10
"""A longer one is a public number where an employee should be."""

# `&timestamp=` as the document's page shows it: `&times` became a multiplication sign (or what a wrong
# charset made of it) and stuck to the value before.
_EATEN_TIMESTAMP = re.compile("(?:×|Ã\u0097|Ã—|Г—|Ч)tamp=(\\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message without what only some events have. An extension is empty for an external number."""

    params: fields.Params
    zone: ZoneInfo
    """Of the PBX's clock, for times that are no Unix time."""
    direction: Direction | None
    dst_is_internal: bool
    src_extension: str
    dst_extension: str
    client: Phone
    our_number: str
    external_id: str
    occurred_at: datetime
    has_own_time: bool

    def event(self, kind: EventKind, *, suffix: str = "", **facts: Any) -> CallEvent:
        """The normal event; `suffix` tells apart two events of one message."""
        return CallEvent(
            kind=kind,
            external_id=self.external_id,
            occurred_at=self.occurred_at,
            by_pbx_clock=self.has_own_time,
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


def read_message(params: fields.Params, profile: ConnectionProfile) -> Message:
    """Raises MalformedHook for a missing call_id."""
    account = str(profile.settings.get("user") or "")
    src, dst = fields.text(params, "src_num"), fields.text(params, "dst_num")
    src_type, dst_type = (_type_of(params, side, account, profile.phone_region) for side in ("src", "dst"))
    direction = direction_of(src_type, dst_type)
    client = src if direction is Direction.INCOMING else dst if direction is Direction.OUTGOING else ""
    own_time = fields.moment(params, "timestamp", profile.time_zone)
    return Message(
        params=params,
        zone=profile.time_zone,
        direction=direction,
        dst_is_internal=dst_type == INTERNAL,
        src_extension=_extension(params, "src", account) if src_type == INTERNAL else "",
        dst_extension=_extension(params, "dst", account) if dst_type == INTERNAL else "",
        client=normalise(client, profile.phone_region),
        our_number=dst if direction is Direction.INCOMING and dst_type != INTERNAL else "",
        external_id=fields.required(params, "call_id"),
        occurred_at=own_time or params.received_at,
        has_own_time=own_time is not None,
    )


def repair(params: fields.Params) -> fields.Params:
    """The fields with an eaten `&timestamp=` taken out of the value that it stuck to."""
    repaired = params.changed(params)
    for name, value in params.items():
        found = _EATEN_TIMESTAMP.search(value)
        if found:
            repaired[name] = value[: found.start()] + value[found.end() :]
            repaired.setdefault("timestamp", found[1])
    return repaired


def _type_of(params: fields.Params, side: str, account: str, region: str) -> str:
    """Whether this side (src or dst) is outside or inside; where the field does not say, by its numbers."""
    stated = fields.text(params, f"{side}_type")
    if stated in (EXTERNAL, INTERNAL):
        return stated
    if stated:
        params.odd(Oddity.NOT_UNDERSTOOD, f"{side}_type", stated)
    number, short = fields.text(params, f"{side}_num"), fields.text(params, f"short_{side}_num")
    is_login = _LOGIN.fullmatch(number) or (account and extension_of(number, account) != number)
    if is_login or (_EXTENSION.fullmatch(short) and short != number):
        return INTERNAL
    return EXTERNAL if normalise(number, region).e164 else ""


def _extension(params: fields.Params, side: str, account: str) -> str:
    """The extension as Sipuni itself names it, else the one in the login."""
    name = f"short_{side}_num"
    stated, login = fields.text(params, name), fields.text(params, f"{side}_num")
    is_other = _LOGIN.fullmatch(login) is not None and not login.endswith(stated)
    if stated and (is_other or not _EXTENSION.fullmatch(stated)):
        params.odd(Oddity.NOT_UNDERSTOOD, name, stated)
        stated = ""
    return stated or extension_of(login, account)


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
    if login.isascii() and login.isdigit() and ACCOUNT_DIGITS < len(login) <= LONGEST_LOGIN:
        return login[ACCOUNT_DIGITS:]
    return login
