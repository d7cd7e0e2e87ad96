"""Rings that are told again and again: a queue of 30 phones makes a thousand of them in a quarter of an hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from telephony.domain.events import CallEvent, EventKind
from telephony.domain.fold.order import order


def repeats_a_ring(event: CallEvent, latest: Sequence[CallEvent]) -> bool:
    """Whether the fold is the same with this event as without it, as far as that can be told without all the others.

    `latest` are a call's latest events by `occurred_at`, and the call is still RINGING. The same ring was told before,
    and since then nothing but that other phones ring: so the phone's leg is open, knows all of this, and every other
    fact of the call was told by the earlier one.
    """
    newest_first = sorted(latest, key=order, reverse=True)
    if event.kind is not EventKind.LEG_RINGING or not newest_first or order(newest_first[0]) >= order(event):
        return False
    for earlier in newest_first:
        if _is_of_same_phone(earlier, event):
            # Of the oldest moment there may be more than was given.
            all_since = earlier.occurred_at > newest_first[-1].occurred_at
            return all_since and _says_the_same(earlier, event)
        if earlier.kind is not EventKind.LEG_RINGING:
            return False
    return False


def _is_of_same_phone(one: CallEvent, other: CallEvent) -> bool:
    same_extension = bool(other.extension) and one.extension == other.extension
    return same_extension or (bool(other.user_key) and one.user_key == other.user_key)


def _says_the_same(earlier: CallEvent, event: CallEvent) -> bool:
    return replace(earlier, occurred_at=event.occurred_at, fingerprint=event.fingerprint) == event
