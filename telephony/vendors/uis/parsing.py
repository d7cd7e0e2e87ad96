"""UIS' notifications as events. Source: Call API v4.0 and the official templates (README.md, "Sources")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from telephony.domain import fields
from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind, Parsed
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.domain.numbers import normalise
from telephony.domain.reasons import EndReason
from telephony.vendors.uis.facts import facts_of
from telephony.vendors.uis.words import (
    DIRECTIONS,
    INTERACTIVE,
    LEGS,
    SHAPES,
    TEMPLATE,
    TRUTH,
    USUAL,
    name_of,
    read_reason,
)


def parse_notification(hook: Hook, profile: ConnectionProfile) -> Parsed:
    """Raises `MalformedHook` only for a body that holds nothing readable."""
    params, is_mended = TEMPLATE.read(hook)
    if _asks(hook, params):
        client = normalise(fields.text(params, "numa"), profile.phone_region)
        return Parsed(asks_about=client, notes=params.notes)
    if not fields.text(params, "call_session_id"):
        text = "The template lacks call_session_id, so nobody knows which call it is about."
        return Parsed(ignored=text, needs_attention=True, notes=params.notes)
    name = _name_of(params)
    if not name:
        text = "Nothing tells which notification this is: put “event” with its constant into the template."
        return Parsed(ignored=text, needs_attention=True, notes=params.notes)
    events = _events(name, params, profile)
    return Parsed(events=events, needs_attention=is_mended, notes=params.notes)


def is_question(hook: Hook) -> bool:
    """Whether a scenario waits for the answer, although the message itself may be unreadable."""
    try:
        return _asks(hook, TEMPLATE.read(hook)[0])
    except MalformedHook:
        return _asks(hook, {})


def _asks(hook: Hook, params: Mapping[str, str]) -> bool:
    return hook.tail == INTERACTIVE or ("numa" in params and "event" not in params)


def _name_of(params: fields.Params) -> str:
    """By its constant or its name; else by the fields that only one notification has.

    A constant that we did not give out is of some other notification, and any of them may name a leg.
    """
    for field in ("event", "notification_mnemonic", "notification_name"):
        if name := name_of(fields.text(params, field)):
            return name
    shapes = (field for field in SHAPES if not (field in LEGS and fields.text(params, "event")))
    return next((SHAPES[field] for field in shapes if params.get(field)), "")


def _events(name: str, params: fields.Params, profile: ConnectionProfile) -> tuple[CallEvent, ...]:
    direction = fields.one_of(params, "direction", DIRECTIONS) or USUAL.get(name)
    facts = facts_of(name, params, profile, direction)
    if name == "incoming":
        return (CallEvent(kind=EventKind.CALL_STARTED, **facts | {"extension": "", "user_key": ""}),)
    if name == "outgoing" or (name == "ringing" and direction is Direction.OUTGOING):
        # It is the client's phone that rings, or that of the employee who has ordered the call.
        return (CallEvent(kind=EventKind.CALL_STARTED, **facts),)
    if name in ("ringing", "talk_started"):
        return (CallEvent(kind=EventKind.LEG_RINGING if name == "ringing" else EventKind.ANSWERED, **facts),)
    if name == "talk_ended":
        talked = fields.seconds(params, "talk_time_duration")
        return (CallEvent(kind=EventKind.LEG_ENDED, status=CallStatus.ANSWERED, talk_seconds=talked, **facts),)
    if name == "recorded":
        link = fields.text(params, "file_link", longest=fields.LONGEST_LINK)
        return (CallEvent(kind=EventKind.RECORDING_READY, recording_link=link, **facts),)
    return _ended(name, params, facts, profile.time_zone)


def _ended(name: str, params: fields.Params, facts: dict[str, Any], zone: ZoneInfo) -> tuple[CallEvent, ...]:
    """“Lost” and “ended” both come of one call, in any order; either may be switched off."""
    talked, total = fields.seconds(params, "talk_time_duration"), fields.seconds(params, "total_time_duration")
    is_lost = fields.one_of(params, "is_lost", TRUTH)
    status = None
    if name == "lost" or is_lost:
        status, talked = CallStatus.NO_ANSWER, 0
    elif talked or (is_lost is False and facts["direction"] is not Direction.OUTGOING):
        status = CallStatus.ANSWERED
    elif talked == 0:
        status = CallStatus.NO_ANSWER
    reason, said = read_reason(fields.text(params, "finish_reason"), was_answered=status is CallStatus.ANSWERED)
    if reason is EndReason.BUSY and facts["direction"] is Direction.OUTGOING:
        status = CallStatus.BUSY
    facts = facts | _reckoned(params, total, facts, zone)
    end = CallEvent(
        kind=EventKind.ENDED,
        status=status,
        settles=status is not None,
        talk_seconds=talked,
        reason=reason,
        reason_said=said,
        **facts,
    )
    return (end, *_who_let_it_ring(params, facts))


def _reckoned(params: fields.Params, total: int | None, facts: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """The start, that the end names or lets reckon; the end of a message that names only the start."""
    started_at, length = fields.moment(params, "start_time", zone), timedelta(seconds=total or 0)
    if facts["by_pbx_clock"]:
        return {"started_at": started_at or (facts["occurred_at"] - length if total is not None else None)}
    ended_at = started_at + length if started_at else None
    return {"started_at": started_at, "occurred_at": fields.near(params.received_at, ended_at)}


def _who_let_it_ring(params: fields.Params, facts: dict[str, Any]) -> tuple[CallEvent, ...]:
    """“Lost” names everybody whose phone rang."""
    keys = dict.fromkeys(re.findall(r"\d+", params.get("employee_ids", "")))
    print_ = facts["fingerprint"]
    return tuple(
        CallEvent(
            kind=EventKind.LEG_ENDED,
            status=CallStatus.NO_ANSWER,
            **facts | {"user_key": key, "extension": "", "fingerprint": f"{print_}-{key}", "started_at": None},
        )
        for key in keys
    )
