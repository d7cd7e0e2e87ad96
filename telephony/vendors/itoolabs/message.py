"""What all messages of ITooLabs' PBXs have in common: who, whom, which call. Sources: README.md, "Sources"."""

from __future__ import annotations

from typing import Any

from telephony.domain import fields
from telephony.domain.events import Direction, LegRole, fingerprint
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.domain.numbers import normalise
from telephony.vendors.parties import client_facts

# Source: the parameter `cmd` in Gravitel's document (2017-08) and in MIKO's receiver (rating).
COMMANDS = ("contact", "event", "history", "rating")
GROUP = "g_"
"""How the login of a group begins: it is nobody's phone."""


def is_sound(hook: Hook) -> bool:
    """Whether it has what every message has: a command that is known and, but for a question, its call."""
    try:
        params = fields.read_params(hook)
    except MalformedHook:
        return False
    command = fields.text(params, "cmd").lower()
    return command in COMMANDS and bool(command == "contact" or fields.text(params, "callid"))


def facts_of(
    params: fields.Params, hook: Hook, profile: ConnectionProfile, direction: Direction | None
) -> dict[str, Any]:
    """What every event has; `phone` is the client in both directions."""
    client = normalise(fields.text(params, "phone"), profile.phone_region)
    return {
        "external_id": fields.required(params, "callid"),
        "occurred_at": hook.received_at,
        "direction": direction,
        **client_facts(client),
        "our_number": normalise(fields.text(params, "diversion"), profile.phone_region).raw,
        "extension": fields.text(params, "ext"),
        "user_key": login_of(fields.text(params, "user")),
        "role": LegRole.CALLING if direction is Direction.OUTGOING else LegRole.CALLED,
    }


def login_of(user: str) -> str:
    """The employee's login without the PBX's domain; empty for a group's."""
    login = user.partition("@")[0].strip()
    return "" if login.startswith(GROUP) else login


def rating_of(params: fields.Params) -> dict[str, str]:
    """What the client gave the talk, kept with what else is known of the call."""
    rating = fields.text(params, "rating")
    return {"rating": rating} if rating.strip("0") else {}


def print_of(params: fields.Params, received: str = "") -> str:
    """The token is the same in all messages: its hash would help to guess it."""
    told = {name: value for name, value in params.items() if name != "crm_token"}
    return fingerprint({**told, "received": received})
