"""What a canary call is given, and what it comes back with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telephony.models import CanaryRun
from telephony.vendors.simulated import Message, SimulatedPbx


class Stuck(Exception):
    """It did not go on."""

    def __init__(self, problem: CanaryRun.Problem, said: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.said = said


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """All that a call needs: nothing of it asks the database."""

    run_id: int
    hook_url: str
    """With the secret: never shown."""
    stream_url: str
    mark: str
    pbx: SimulatedPbx
    messages: Sequence[Message]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How far it came. Milliseconds."""

    problem: str = ""
    said: str = ""
    answer_ms: int | None = None
    heard_ms: int | None = None
