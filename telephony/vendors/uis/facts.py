"""What all of UIS' notifications have in common: which call, when, who. Source: README.md, "Sources"."""

from __future__ import annotations

from typing import Any

from telephony.domain import fields
from telephony.domain.events import Direction, LegRole, Phone, fingerprint
from telephony.domain.hooks import ConnectionProfile
from telephony.domain.numbers import normalise
from telephony.vendors.parties import client_facts
from telephony.vendors.uis.words import LONGEST_EXTENSION, TRACKING


def facts_of(
    name: str, params: fields.Params, profile: ConnectionProfile, direction: Direction | None
) -> dict[str, Any]:
    clocks = ["notification_timestamp", "notification_time"]
    if name in ("incoming", "outgoing", "ringing", "talk_started"):
        clocks.append("start_time")
    told_at = next((at for clock in clocks if (at := fields.moment(params, clock, profile.time_zone))), None)
    outside, inside = _numbers(params, profile, is_outgoing=direction is Direction.OUTGOING)
    key = fields.text(params, "employee_id") or fields.text(params, "last_talked_employee_id")
    return {
        "external_id": fields.text(params, "call_session_id"),
        "occurred_at": told_at or params.received_at,
        "by_pbx_clock": told_at is not None,
        "fingerprint": fingerprint({field: value for field, value in params.items() if field != "integration_key"}),
        "order_id": fields.text(params, "external_id"),
        "direction": direction,
        **client_facts(outside),
        "our_number": normalise(fields.text(params, "virtual_phone_number"), profile.phone_region).raw,
        "user_key": key,
        "extension": inside,
        "role": LegRole.CALLING if direction is Direction.OUTGOING else LegRole.CALLED,
        "tracking": fields.chosen(params, TRACKING),
    }


def _numbers(params: fields.Params, profile: ConnectionProfile, *, is_outgoing: bool) -> tuple[Phone, str]:
    """The client, and the employee's internal number where one is named."""
    far, near = ("called", "calling") if is_outgoing else ("calling", "called")
    client = fields.text(params, "contact_phone_number") or fields.text(params, f"{far}_phone_number")
    named = (fields.text(params, f"{what}_phone_number") for what in ("extension", "employee", near))
    inside = next((number for number in named if number.isdigit() and len(number) <= LONGEST_EXTENSION), "")
    return normalise(client, profile.phone_region), inside
