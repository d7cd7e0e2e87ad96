"""OnlinePBX's HTTP notifications as events. Sources: README.md, "Sources"; the traps: README.md, "Quirks"."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from telephony.domain import fields
from telephony.domain.events import CallEvent, CallStatus, EventKind, LegRole, Parsed, fingerprint
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.domain.numbers import normalise
from telephony.vendors.onlinepbx.causes import NORMAL, outcome_of, reason_of
from telephony.vendors.onlinepbx.parties import parties_of

NAME_TAIL = "name"
"""What our address ends with where the dial plan asks for a name."""
# Source: the official page's list of events; `call_user` is another text's word.
EVENTS = {
    "call_start": EventKind.CALL_STARTED,
    "call_user_start": EventKind.LEG_RINGING,
    "call_user": EventKind.LEG_RINGING,
    "call_answered": EventKind.ANSWERED,
    "call_end": EventKind.ENDED,
    "call_missed": EventKind.ENDED,
}
# Source: the dial plan's "HTTP command" in a public adapter (the first); the others are names of the notifications.
ASKED_NUMBER = ("caller_number", "caller", "number", "phone")
_OWN_HOST = re.compile(r"http://([\w-]+\.)*(onlinepbx|onpbx)\.ru/", re.IGNORECASE)
AT_ONCE = timedelta(seconds=10)
"""How soon a message comes after what it tells, if nothing holds it up."""


def parse_notification(hook: Hook, profile: ConnectionProfile) -> Parsed:
    """One notification, or a question of the dial plan. Raises MalformedHook for one that lacks event or uuid."""
    params = fields.read_params(hook)
    if hook.tail == NAME_TAIL or (not fields.text(params, "event") and fields.text(params, ASKED_NUMBER[0])):
        asked = next((number for name in ASKED_NUMBER if (number := fields.text(params, name))), "")
        return Parsed(asks_about=normalise(asked, profile.phone_region), notes=params.notes)
    word = fields.required(params, "event").lower()
    kind = EVENTS.get(word)
    if kind is None:
        return Parsed(ignored=f"event={word} is none of {', '.join(EVENTS)}.")
    event = _event(kind, word, params, profile)
    return Parsed(events=(event,), notes=params.notes)


def _event(kind: EventKind, word: str, params: fields.Params, profile: ConnectionProfile) -> CallEvent:
    parties = parties_of(kind, params, profile)
    told = fields.moment(params, "date", profile.time_zone)
    facts: dict[str, Any] = {
        "external_id": fields.required(params, "uuid"),
        "fingerprint": fingerprint(params),
        "by_pbx_clock": told is not None,
        **parties.facts,
    }
    occurred_at = told or params.received_at
    if kind is EventKind.ENDED:
        return _ended(word, occurred_at, params, facts)
    # A phone of one's own that rings in an ordered call is no card.
    is_called = parties.role is LegRole.CALLED
    if kind is EventKind.LEG_RINGING and not (is_called and parties.extension):
        kind = EventKind.CALL_STARTED
    takes_over = kind is EventKind.ANSWERED and is_called
    return CallEvent(kind=kind, occurred_at=occurred_at, takes_over=takes_over, **facts)


def _ended(word: str, told: datetime, params: fields.Params, facts: dict[str, Any]) -> CallEvent:
    lasted = timedelta(seconds=fields.seconds(params, "call_duration") or 0)
    talked = fields.seconds(params, "dialog_duration")
    cause = fields.text(params, "hangup_cause").upper()
    status = CallStatus.NO_ANSWER if word == "call_missed" and not talked else outcome_of(talked, cause)
    link = fields.text(params, "download_url", longest=fields.LONGEST_LINK)
    ended_at = _end(told, lasted, params.received_at)
    return CallEvent(
        kind=EventKind.ENDED,
        occurred_at=ended_at,
        status=status,
        started_at=ended_at - lasted if lasted else None,
        talk_seconds=talked if status is CallStatus.ANSWERED else None,
        reason=None if status is CallStatus.ANSWERED else reason_of(word, cause),
        reason_said="" if status is CallStatus.ANSWERED or cause in NORMAL else cause,
        recording_link=secure(link),
        # Its link dies after half an hour: then a new one is asked for by this.
        recording_reference=facts["external_id"] if link else "",
        **facts,
    )


def _end(told: datetime, lasted: timedelta, received_at: datetime) -> datetime:
    """Whether `date` is the end or the start of the call is UNCERTAIN: where the end comes at once if it is the start,
    and does not if it is the end, it is the start."""
    as_start = abs(received_at - (told + lasted))
    return told + lasted if as_start < AT_ONCE < received_at - told else told


def secure(link: str) -> str:
    """Links of OnlinePBX's own hosts are said to come with http; those know https."""
    return "https" + link[4:] if _OWN_HOST.match(link) else link
