"""What became of a message."""

from __future__ import annotations

from dataclasses import dataclass, field

from telephony.domain.events import Parsed
from telephony.domain.hooks import Outcome
from telephony.models import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Processed:
    """What became of a delivery, for the reply and for replay's report."""

    state: Delivery.State
    parsed: Parsed | None = None
    outcome: Outcome = field(default_factory=Outcome)
