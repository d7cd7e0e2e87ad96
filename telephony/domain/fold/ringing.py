"""Calls that ring for long: a queue of 30 phones makes a thousand events in a quarter of an hour.

Such an event says that one phone rings, or stops. What it changes can be told without all the others: nothing, or that
phone's leg.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from telephony.domain.events import UNANSWERED, CallEvent, CallStatus, Direction, EventKind
from telephony.domain.fold.order import order

_OF_PHONES = (EventKind.LEG_RINGING, EventKind.LEG_ENDED)
_OF_A_PHONE = ("occurred_at", "fingerprint", "extension", "user_key", "status", "reason", "reason_said")
"""While the call rings, these are the leg's alone."""


def concerns_one_phone(event: CallEvent, latest: Sequence[CallEvent]) -> bool:
    """Whether the fold with this event differs from the one without it by its phone's latest leg at most.

    `latest` are a call's latest events by `occurred_at`; the call is incoming and RINGING, and a phone rang already. Of
    each fact of the call the first event that names it is believed: the latest one adds none if an earlier one of its
    kind told the same. (In its moment others may be told of other phones.) Not so if one of all its events claims an
    answer, which the fold took for a greeting: then it counts which phones have left (fold/ends.py).
    """
    if event.kind not in _OF_PHONES or not (event.extension or event.user_key):
        return False
    if event.direction not in (None, Direction.INCOMING) or event.transferred_to:
        return False
    if event.status not in (None, CallStatus.UNKNOWN, *UNANSWERED):
        return False
    earlier = [other for other in latest if other.occurred_at < event.occurred_at]
    at_once = [other for other in latest if other.occurred_at == event.occurred_at]
    if not earlier or len(earlier) + len(at_once) < len(latest):  # Of the oldest moment there may be more events.
        return False
    if not all(other.kind in _OF_PHONES and _is_of_another_phone(other, event) for other in at_once):
        return False
    is_known = any(_is_of_same_phone(other, event) for other in earlier)
    return is_known and any(_says_the_same(other, event) for other in earlier)


def repeats_a_ring(event: CallEvent, latest: Sequence[CallEvent]) -> bool:
    """Whether the fold is the same with this event as without it, because its phone rings already.

    `latest` are a call's latest events by `occurred_at`, and the call is still RINGING. So it does if the same was the
    last that was told of this phone, and since then others only rang and left.
    """
    newest_first = sorted(latest, key=order, reverse=True)
    if event.kind is not EventKind.LEG_RINGING or not latest or newest_first[0].occurred_at > event.occurred_at:
        return False
    for earlier in newest_first:
        if _is_of_same_phone(earlier, event) and _says_the_same(earlier, event):
            # Of the oldest moment there may be more than was given.
            return earlier.occurred_at > newest_first[-1].occurred_at
        if earlier.kind not in _OF_PHONES or not _is_of_another_phone(earlier, event):
            return False
    return False


def _is_of_same_phone(one: CallEvent, other: CallEvent) -> bool:
    return (one.extension, one.user_key) == (other.extension, other.user_key)


def _is_of_another_phone(one: CallEvent, other: CallEvent) -> bool:
    """Surely: a message with a number and one with a key may mean the same phone, or what a third one says is."""
    names = ((one.extension, other.extension), (one.user_key, other.user_key))
    return any(a for a, _ in names) and all(bool(a) == bool(b) and (not a or a != b) for a, b in names)


def _says_the_same(earlier: CallEvent, event: CallEvent) -> bool:
    return replace(earlier, **{name: getattr(event, name) for name in _OF_A_PHONE}) == event
