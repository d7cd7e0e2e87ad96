"""The picture of a call: for each phone a bar, where it rang and where it talked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from telephony.models import Call, CallLeg
from telephony.ui.presentation import length, person

WIDTH = 1000
"""Units from the picture's left to its right."""
NARROWEST = 6
"""What happened in a moment is still to be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of a bar, in units of `WIDTH`; `kind` is ring or talk."""

    x: int
    width: int
    kind: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One line of the picture."""

    label: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The whole picture; `length` is how long all of it took, in words."""

    bars: tuple[Bar, ...]
    starts_at: datetime
    ends_at: datetime
    length: str


class _Scale:
    def __init__(self, starts_at: datetime, ends_at: datetime) -> None:
        self._starts_at = starts_at
        self._seconds = max((ends_at - starts_at).total_seconds(), 1.0)

    def segment(self, begins: datetime | None, ends: datetime | None, kind: str) -> Segment | None:
        if begins is None or ends is None or ends < begins:
            return None
        x = self._x(begins)
        word = gettext("rang") if kind == "ring" else gettext("talked")
        lasted = length((ends - begins).total_seconds())
        width = max(self._x(ends) - x, NARROWEST)
        return Segment(x=min(x, WIDTH - NARROWEST), width=width, kind=kind, title=f"{word} {lasted}")

    def _x(self, moment: datetime) -> int:
        share = (moment - self._starts_at).total_seconds() / self._seconds
        return round(WIDTH * min(max(share, 0.0), 1.0))


def draw(call: Call, legs: list[CallLeg], *, now: datetime) -> Timeline:
    """The call's own bar, and one for each leg; an open call is drawn up to now."""
    moments = [call.started_at, call.answered_at, call.ended_at]
    for leg in legs:
        moments += [leg.rang_at, leg.answered_at, leg.ended_at]
    known = [moment for moment in moments if moment is not None]
    starts_at = min(known)
    ends_at = max(*known, now) if call.ended_at is None else max(known)
    scale = _Scale(starts_at, ends_at)
    bars = [_bar(scale, gettext("whole call"), call.started_at, call.answered_at, call.ended_at or ends_at)]
    bars += [_leg_bar(scale, leg, call, ends_at) for leg in legs]
    return Timeline(
        bars=tuple(bars),
        starts_at=starts_at,
        ends_at=ends_at,
        length=length((ends_at - starts_at).total_seconds()),
    )


def leg_name(leg: CallLeg) -> str:
    """Whose phone: the user with the internal number, or what the PBX called it."""
    number = str(leg)
    name = person(leg.user)
    return f"{name} ({number})" if name and number else name or number


def _leg_bar(scale: _Scale, leg: CallLeg, call: Call, ends_at: datetime) -> Bar:
    return _bar(scale, leg_name(leg), leg.rang_at, leg.answered_at, leg.ended_at or call.ended_at or ends_at)


def _bar(scale: _Scale, label: str, begins: datetime | None, answered: datetime | None, ends: datetime) -> Bar:
    parts = (scale.segment(begins, answered or ends, "ring"), scale.segment(answered, ends, "talk"))
    return Bar(label=label, segments=tuple(part for part in parts if part is not None and part.width))
