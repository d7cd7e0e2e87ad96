"""An office at whose desk calls are told step by step, and what its chief reads of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import time_machine

from telephony.cards.trace import Question, Step, answer, trace_of
from telephony.models import Call, Connection, Delivery, Extension
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import CLIENT, Message, at, deliver, sipuni_rings


@dataclass
class Office:
    """What a case may set wrongly, and what then happens."""

    clock: time_machine.Traveller
    connection: Connection
    anna: Any
    extension: Extension
    chief: Any
    asked: dict[str, Any] = field(default_factory=dict)

    def tell(self, second: int, message: Message, to: Connection | None = None, seconds_late: int = 0) -> Delivery:
        self.clock.move_to(at(second + seconds_late))
        return deliver(to or self.connection, message, second + seconds_late)

    def ring(self, phone: str = "101", second: int = 1) -> None:
        self.tell(second, sipuni_rings(second, phone))

    def pbx(self, vendor: str, **settings: Any) -> Connection:
        made: Connection = ConnectionFactory.create(vendor=vendor, name=f"A {vendor}", settings=settings)
        return made

    def steps(self) -> list[Step]:
        """Everything that the chief reads about what happened."""
        if call := Call.objects.order_by("-pk").first():
            trace = trace_of(call, self.chief)
            return [*trace.steps, *(step for one in trace.people for step in one.steps)]
        question = {"number": CLIENT, "moment": at(5), **self.asked}
        return list(answer(Question(**question), self.chief).steps)
