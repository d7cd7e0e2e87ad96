"""The events that Mango sends of one played call. Source: "VPBX API 1.9", "events" (README.md, "Sources")."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from telephony.domain.events import CallStatus, Direction
from telephony.vendors.mango.simulator.api import file_id
from telephony.vendors.simulated import Message, ScriptedCall, Step, StepKind

Envelope = Callable[[str, int, dict[str, Any], str], Message]
"""Signs what is told: by what is appended to the address, seconds from the start, the facts, and a label."""
CALLEE, ANSWERED_BY_ANOTHER = 1120, 1100
WHY = {CallStatus.ANSWERED: 1110, CallStatus.NO_ANSWER: 1111, CallStatus.BUSY: 1121}
STATES = {StepKind.RING: "Appeared", StepKind.ANSWER: "Connected"}
DIRECTIONS = {Direction.INTERNAL: 0, Direction.INCOMING: 1, Direction.OUTGOING: 2}


class ToldCall:
    """One call's events; each phone's part counts its own."""

    def __init__(self, call: ScriptedCall, *, entry_id: str, envelope: Envelope) -> None:
        self._call, self._entry_id, self._envelope = call, entry_id, envelope
        self._counts: Counter[str] = Counter()
        self._talking: set[str] = set()
        self._gone: set[str] = set()
        self.sent: list[Message] = []
        if call.direction is not Direction.INTERNAL:
            self._part(0, "Appeared", call.own, begins=True)

    def tell(self, step: Step) -> None:
        extension = step.employee.extension if step.employee else self._call.own
        if step.kind is StepKind.HANG_UP:
            for one in [name for name in self._counts if name and name not in self._gone]:
                self._leaves(step.after, one, WHY[self._call.status])
            self._add("events/summary", step.after, self._summary())
        elif step.kind is StepKind.RECORDING:
            told = {"recording_id": file_id(self._call), "user_id": -1, "timestamp": self._call.unix(step.after)}
            self._add("events/record/added", step.after, told)
        elif step.kind is StepKind.LEAVE:
            self._leaves(step.after, extension, CALLEE)
        else:
            self._part(step.after, STATES[step.kind], extension)
            if step.kind is StepKind.ANSWER:
                self._talking.add(extension)
                for other in [name for name in self._counts if name and name not in self._talking | self._gone]:
                    self._leaves(step.after, other, ANSWERED_BY_ANOTHER)

    def _leaves(self, after: int, extension: str, why: int) -> None:
        self._gone.add(extension)
        self._part(after, "Disconnected", extension, disconnect_reason=why)

    def _part(self, after: int, state: str, extension: str, *, begins: bool = False, **more: Any) -> None:
        self._counts[extension] += 1
        told = {
            "call_id": f"{self._call.token[:8]}:{extension or 'ivr'}",
            "timestamp": self._call.unix(after),
            "seq": self._counts[extension],
            "call_state": state,
            "location": "abonent" if extension else "ivr",
        }
        self._add("events/call", after, told | self._parties(extension, begins=begins) | more, f"{state} {extension}")

    def _parties(self, extension: str, *, begins: bool) -> dict[str, Any]:
        call, ours = self._call, self._call.line
        phone = {"extension": extension, "number": f"sip:user{extension}@example.mangosip.ru"} if extension else {}
        client = {"number": call.outside}
        if call.direction is Direction.INTERNAL:
            return {"from": {"extension": call.own}, "to": phone}
        if call.direction is Direction.INCOMING:
            taken = {} if begins else {"taken_from_call_id": f"{call.token[:8]}:ivr"}
            return {"from": client | taken, "to": {"number": ours, **phone, "line_number": ours}}
        if not call.order_id:
            return {"from": phone, "to": {**client, "line_number": ours}}
        ordered = {"command_id": call.order_id, "callback_initiator": "API"}
        if begins:  # An ordered call looks as if the client called the employee.
            return {"from": client, "to": {**phone, "line_number": ours}, **ordered}
        return {"from": {**phone, "taken_from_call_id": "1"}, "to": {**client, "line_number": ours}, **ordered}

    def _summary(self) -> dict[str, Any]:
        call, client = self._call, {"number": self._call.outside}
        phone, own = ({"extension": number} if number else {} for number in (call.last, call.own))
        return {
            "call_direction": DIRECTIONS[call.direction],
            "from": own or client,
            "to": client if call.is_outgoing else phone,
            "line_number": call.line,
            "create_time": call.unix(0),
            "talk_time": call.unix(call.answered_after) if call.answered_after is not None else 0,
            "end_time": call.unix(call.ended_after),
            "entry_result": int(call.answered_after is not None),
            "disconnect_reason": WHY[call.status],
        }

    def _add(self, tail: str, after: int, told: dict[str, Any], label: str = "") -> None:
        self.sent.append(self._envelope(tail, after, {"entry_id": self._entry_id, **told}, label))
