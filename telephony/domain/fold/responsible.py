"""Which of a call's employees it is counted for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from telephony.domain.events import LegRole


class ConcernedLeg(Protocol):
    """What `responsible_leg` looks at: a leg of the fold, or a stored one."""

    @property
    def role(self) -> str: ...
    @property
    def rang_at(self) -> datetime | None: ...
    @property
    def answered_at(self) -> datetime | None: ...
    @property
    def talk_seconds(self) -> int | None: ...


def responsible_leg(legs: Sequence[ConcernedLeg]) -> int | None:
    """Index of the leg that talked longest; of a call that nobody answered, the one that rang last."""
    talked = [(leg.talk_seconds or 0, -index) for index, leg in enumerate(legs) if leg.answered_at]
    if talked:
        return -max(talked)[1]
    called = [index for index, leg in enumerate(legs) if leg.role == LegRole.CALLED] or list(range(len(legs)))
    rang = [(rang_at, index) for index in called if (rang_at := legs[index].rang_at)]
    if rang:
        return max(rang)[1]
    return called[-1] if called else None
