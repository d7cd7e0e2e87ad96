"""Mobilon's webhook as events. Source: "API & webhooks" (README.md, "Sources"); the JSON form: README.md, "Fields"."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from telephony.domain import fields, outcomes
from telephony.domain.events import (
    UNANSWERED,
    CallEvent,
    CallStatus,
    Direction,
    EventKind,
    NoCallId,
    Parsed,
    fingerprint,
)
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.domain.numbers import normalise
from telephony.vendors.mobilon.parties import DIRECTIONS, read_parties
from telephony.vendors.parties import client_facts

# Source: JSON events of newer accounts; not in Mobilon's pages (README.md, "Fields").
STATES = {
    "START": EventKind.CALL_STARTED,
    "PREANSWER": EventKind.LEG_RINGING,
    "ANSWER": EventKind.ANSWERED,
    "HANGUP": EventKind.ENDED,
    "END": EventKind.ENDED,
}
# Source: JSON events of newer accounts (README.md, "Fields").
TRACKING = {"utmstring": "utmString"}
"""Fields are looked for in lower case; this one is kept under its own name."""


def parse_message(hook: Hook, profile: ConnectionProfile) -> Parsed:
    """The JSON form has `uuid` and `state`, the template form what the customer typed into the address."""
    read = fields.read_params(hook)
    params = read.changed({name.lower(): value for name, value in read.items()})
    if "uuid" in params or "state" in params:
        return _parse_state(params, hook, profile)
    return parse_template(params, hook, profile)


def parse_template(params: fields.Params, hook: Hook, profile: ConnectionProfile) -> Parsed:
    """The ring of one phone. It has no call id; what 1C's IncomingCall tells is the same."""
    for name, value in params.items():
        if "{" in value or "}" in value:
            return Parsed(
                ignored=f"The PBX sent {name}={value[:40]}, a placeholder that it does not know: it is misspelt in its "
                "settings. The address has to end in ?number={NUMBER}&key={KEY}, with these brackets.",
                needs_attention=True,
            )
    number, key = fields.text(params, "number"), fields.text(params, "key")
    if not number and not key:
        raise MalformedHook("number and key: both missing or empty.")
    ring = CallEvent(
        kind=EventKind.LEG_RINGING,
        no_call_id=NoCallId.SAME_RING,
        occurred_at=hook.received_at,
        fingerprint=fingerprint({"number": number, "key": key}),
        direction=Direction.INCOMING,
        **client_facts(normalise(number, profile.phone_region)),
        user_key=key,
    )
    return Parsed(events=(ring,), notes=params.notes)


def _parse_state(params: fields.Params, hook: Hook, profile: ConnectionProfile) -> Parsed:
    call_id, state = fields.required(params, "uuid"), fields.required(params, "state").upper()
    direction = fields.one_of(params, "direction", DIRECTIONS)
    kind = _kind(params, state)
    if kind is None:
        return Parsed(ignored=f"state={state} changes nothing about a call.")
    own_time = fields.moment(params, "time", profile.time_zone)
    occurred_at = own_time or hook.received_at
    status = _status(params, state)
    duration = fields.seconds(params, "duration")
    talked = state == "HANGUP" and status is CallStatus.ANSWERED and duration is not None
    link, reference = _recording(params, call_id)
    event = CallEvent(
        kind=kind,
        external_id=call_id,
        occurred_at=occurred_at,
        by_pbx_clock=own_time is not None,
        fingerprint=fingerprint(params),
        direction=direction,
        status=status,
        takes_over=kind is EventKind.ANSWERED,
        answered_at=occurred_at - timedelta(seconds=duration or 0) if talked else None,
        recording_link=link,
        recording_reference=reference,
        tracking={TRACKING[name]: value for name, value in fields.chosen(params, TRACKING).items()},
        **read_parties(params, kind, direction, profile.phone_region),
    )
    return Parsed(events=(event,), notes=params.notes)


def _kind(params: fields.Params, state: str) -> EventKind | None:
    """A state that is the word for an outcome, of a phone that is named: this phone stopped ringing."""
    is_left = outcomes.read(state) in UNANSWERED and (fields.text(params, "to") or fields.text(params, "userkey"))
    return STATES.get(state) or (EventKind.LEG_ENDED if is_left else None)


def _status(params: fields.Params, state: str) -> CallStatus | None:
    """An END says nothing about the outcome, a HANGUP without `callstatus` that nobody answered."""
    if state not in STATES:
        return outcomes.read(state)
    if STATES[state] is not EventKind.ENDED:
        return None
    return fields.outcome(params, "callstatus") or (CallStatus.NO_ANSWER if state == "HANGUP" else None)


def _recording(params: fields.Params, call_id: str) -> tuple[str, str]:
    """The link; or, instead of a relative one or one with the account's token, the id to ask for it by."""
    name = "recordurl" if params.get("recordurl") else "record_url"
    link = fields.text(params, name, longest=fields.LONGEST_LINK)
    if not link:
        return "", ""
    try:
        parts = urlsplit(link)
    except ValueError:
        return "", call_id
    query = {name.lower(): values[0] for name, values in parse_qs(parts.query).items()}
    if parts.scheme and parts.netloc and not parts.password and not any("token" in name for name in query):
        return link, ""
    return "", query.get("callid", call_id)[: fields.LONGEST_TEXT]
