"""What happens to a call's messages on their way: sent twice, out of order, late, forged, or lost."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from telephony.vendors.simulated import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbances:
    """Shares are probabilities for each message, 0 to 1."""

    duplicates: float = 0.0
    """Sent again later in the call, with the same content."""
    reorder: float = 0.0
    """Changes places with the message before it."""
    delay: float = 0.0
    """Comes up to this many real seconds late, so that it may be overtaken."""
    lose: float = 0.0
    wrong_secret: float = 0.0
    """Sent to a wrong address first, as somebody would who guesses; the right one follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """`after` in real seconds from the start of the call."""

    after: float
    message: Message
    is_copy: bool = False
    is_forged: bool = False
    is_lost: bool = False


def plan(
    messages: Sequence[Message], *, speed: float, disturbances: Disturbances, source: random.Random
) -> list[Planned]:
    """The messages in the order in which they go out; `speed` 0 means all at once."""
    planned = [Planned(after=message.after / speed if speed else 0.0, message=message) for message in messages]
    planned = [replace(one, after=one.after + source.uniform(0, disturbances.delay)) for one in planned]
    planned.sort(key=lambda one: one.after)
    for index in range(1, len(planned)):
        if source.random() < disturbances.reorder:
            before, one = planned[index - 1], planned[index]
            planned[index - 1 : index + 1] = replace(one, after=before.after), replace(before, after=one.after)
    for one in list(planned):
        if source.random() < disturbances.duplicates:
            later = source.choice([other.after for other in planned if other.after >= one.after])
            planned.append(replace(one, after=later, is_copy=True))
    planned.sort(key=lambda one: one.after)
    return [part for one in planned for part in _on_its_way(one, disturbances, source)]


def _on_its_way(one: Planned, disturbances: Disturbances, source: random.Random) -> list[Planned]:
    """The message lost or not, with a forged one before it or not."""
    parts = [replace(one, is_lost=source.random() < disturbances.lose)]
    if source.random() < disturbances.wrong_secret:
        parts.insert(0, replace(one, is_forged=True))
    return parts
