"""How long after the n-th failure the next attempt comes."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """A table of pauses, one for each failed attempt but the last."""

    table: tuple[timedelta, ...] = ()
    repeats_last: bool = False
    """Whether there is no last attempt: the last pause comes again and again."""
    jitter: float = 0.0
    """Share of the pause that is added at random, so that a hundred that failed together don't come back together."""

    @property
    def max_attempts(self) -> int | None:
        """How many attempts are made; None: no end to them."""
        return None if self.repeats_last else len(self.table) + 1

    def after(self, attempts: int) -> timedelta | None:
        """How long to wait after so many failed attempts (from 1); None: that was the last."""
        if self.max_attempts is not None and attempts >= self.max_attempts:
            return None
        pause = self.table[min(max(attempts, 1), len(self.table)) - 1]
        return pause * random.uniform(1, 1 + self.jitter)  # nosec B311  # noqa: S311  (no secret)
