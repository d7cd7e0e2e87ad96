"""What is counted of any set of calls, and how times are looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Counts:
    """Of any set of calls. Missed are incoming calls that nobody answered: in working hours, and outside of them."""

    calls: int = 0
    incoming: int = 0
    answered: int = 0
    missed: int = 0
    missed_outside: int = 0
    outgoing: int = 0
    reached: int = 0
    """Outgoing calls that the client answered."""
    talk_seconds: int = 0

    def add(self, other: Counts) -> None:
        self.calls += other.calls
        self.incoming += other.incoming
        self.answered += other.answered
        self.missed += other.missed
        self.missed_outside += other.missed_outside
        self.outgoing += other.outgoing
        self.reached += other.reached
        self.talk_seconds += other.talk_seconds

    @property
    def missed_share(self) -> int | None:
        return share(self.missed, self.answered + self.missed)


COUNTED = ("calls", "incoming", "answered", "missed", "missed_outside", "outgoing", "reached", "talk_seconds")


def added(parts: Iterable[Counts]) -> Counts:
    total = Counts()
    for counts in parts:
        total.add(counts)
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Times in seconds, as how often each was measured."""

    of: Counter[int]

    @property
    def median(self) -> int | None:
        return self.within(50)

    def within(self, percent: int) -> int | None:
        """The shortest time within which so many percent of them lie; None without any."""
        rank = rank_of(percent, self.of.total())
        for seconds in sorted(self.of):
            rank -= self.of[seconds]
            if rank <= 0:
                return seconds
        return None

    def up_to(self, seconds: int) -> int:
        return sum(count for value, count in self.of.items() if value <= seconds)


def rank_of(percent: int, count: int) -> int:
    """Of so many values in order, which one is the first that so many percent do not exceed; from 1."""
    return -(-count * percent // 100)


def share(part: int, whole: int) -> int | None:
    """In whole percent."""
    return round(100 * part / whole) if whole else None
