"""What a message of the shared tables is said to mean, compared with what its vendor reads.

Generous in the words, not in the facts: what a table does not state may be anything, but no phone may ring, nobody
answer and no call end without its saying so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from telephony.domain.events import CallEvent, CallStatus, EventKind, LegRole, Parsed

Stated = dict[str, Any]
DIRECTIONS = {"in": "incoming", "out": "outgoing", "internal": "internal"}
NO_EVENT = ("ignored", "lookup")
NEVER_UNSAID = (EventKind.LEG_RINGING, EventKind.ANSWERED, EventKind.ENDED)
ZONE = ZoneInfo("Europe/Moscow")


def faults(stated: Stated, parsed: Parsed) -> list[str]:
    """What is wrong with it, in words; nothing if it is right."""
    found = [*_of_question(stated, parsed), *_of_care(stated, parsed)]
    if stated.get("reason") == "webhook-id seen":
        return found  # Whether it came before is not the parser's to know.
    expected = _events_in(stated)
    for one in expected:
        wrongs = [_of_event(one, event) for event in parsed.events]
        is_failed_order = one["kind"] == "order_failed" and any(
            order.order_id == one.get("order_id") for order in parsed.failed_orders
        )
        if not is_failed_order and not any(wrong == [] for wrong in wrongs):
            found.append(f"no event is {one}: {[wrong for wrong in wrongs if wrong]}")
    kinds = {kind for one in expected for kind in _kinds(one)}
    found += [f"{event.kind} is not told of" for event in parsed.events if _is_unsaid(event, kinds)]
    if stated.get("kind") == "ignored" and not parsed.events and not parsed.ignored:
        found.append("it does not say why it is ignored")
    return found


def _events_in(stated: Stated) -> list[Stated]:
    if "events" in stated:
        return list(stated["events"])
    return [] if stated["kind"] in NO_EVENT else [stated]


def _is_unsaid(event: CallEvent, kinds: Iterable[EventKind]) -> bool:
    return event.kind in NEVER_UNSAID and event.kind not in kinds


def _kinds(stated: Stated) -> tuple[EventKind, ...]:
    """The kinds of event that may tell this."""
    kind = stated["kind"]
    if kind == "order_failed":
        return (EventKind.ENDED, EventKind.LEG_ENDED)
    if kind == "rating":
        return (EventKind.RECORDING_READY, EventKind.LEG_ENDED)
    if kind == "call_started" and stated.get("direction") == "internal":
        return (EventKind.CALL_STARTED, EventKind.LEG_RINGING)
    return (EventKind(kind),)


def _of_question(stated: Stated, parsed: Parsed) -> list[str]:
    asks = stated.get("kind") == "lookup" or (stated.get("lookup") and stated["kind"] != "ignored")
    if not asks:
        return []
    asked = parsed.asks_about.e164 if parsed.asks_about else None
    return [] if asked == stated["client_phone_e164"] else [f"it asks about {asked}"]


def _of_care(stated: Stated, parsed: Parsed) -> list[str]:
    cared = not stated.get("needs_attention") or parsed.needs_attention or bool(parsed.notes)
    return [] if cared else ["nobody is told that something is to be mended"]


def _of_event(stated: Stated, event: CallEvent) -> list[str]:
    """What of this event contradicts what is stated; nothing if it is the one that is meant."""
    if event.kind not in _kinds(stated):
        return ["kind"]
    wrong = [name for name, holds in CHECKS.items() if name in stated and not holds(stated[name], event)]
    if "talk_s" not in stated and stated.get("status") == CallStatus.ANSWERED and "duration_s" in stated:
        wrong += [] if event.talk_seconds == stated["duration_s"] else ["duration_s"]
    return wrong


def _status(said: str | None, event: CallEvent) -> bool:
    if said not in list(CallStatus):
        return True  # "from what happened before"
    return event.status == said


def _is_started(said: str, event: CallEvent) -> bool:
    return _moment(said) == (event.started_at or event.occurred_at)


def _is_answered(said: str | None, event: CallEvent) -> bool:
    at = event.occurred_at if event.kind is EventKind.ANSWERED else event.answered_at
    return at == _moment(said) if said else at is None


def _moment(said: str) -> datetime:
    at = datetime.fromisoformat(said)
    return at if at.tzinfo else at.replace(tzinfo=ZONE)


CHECKS: dict[str, Callable[[Any, CallEvent], bool]] = {
    "call_id": lambda said, event: event.external_id == said,
    "direction": lambda said, event: event.direction == DIRECTIONS[said],
    "client_phone_raw": lambda said, event: event.client_raw == (said if any(map(str.isdigit, said)) else ""),
    "client_phone_e164": lambda said, event: event.client_e164 == (said or ""),
    "our_did": lambda said, event: event.our_number.lstrip("+") == said,
    "extension": lambda said, event: event.extension == (said or ""),
    "user_key": lambda said, event: event.user_key == said,
    "popup": lambda said, event: (said or "") in (event.extension, event.user_key),
    "status": _status,
    "talk_s": lambda said, event: (event.talk_seconds or 0) == said,
    "started_at": _is_started,
    "started_at_local": _is_started,
    "answered_at": _is_answered,
    "answered_at_local": _is_answered,
    "ended_at": lambda said, event: event.occurred_at == _moment(said),
    "ended_at_local": lambda said, event: event.occurred_at == _moment(said),
    "record_url": lambda said, event: event.recording_link == (said or ""),
    "record_reference": lambda said, event: event.recording_reference == said,
    "transferred_to": lambda said, event: event.transferred_to == said,
    "order_id": lambda said, event: said in (event.order_id, event.external_id),
    "role": lambda said, event: event.role is LegRole(said),
    "tracking": lambda said, event: set(said.values()) <= set(event.tracking.values()),
    "rating": lambda said, event: str(said) in event.tracking.values(),
}
