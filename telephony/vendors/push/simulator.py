"""A dial plan that pushes, as the simulator plays it. Source: README.md, "Fields"."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from telephony.domain.events import CallStatus, Direction
from telephony.vendors.simulated import (
    Employee,
    Expected,
    Message,
    Scenario,
    ScriptedCall,
    SimulatedPbx,
    Step,
    StepKind,
    everything,
)
from telephony.vendors.simulated.serving import file_name

CAUSES = {CallStatus.ANSWERED: "normalClearing", CallStatus.NO_ANSWER: "noAnswer", CallStatus.BUSY: "busy"}
DIRECTIONS = {Direction.INCOMING: "in", Direction.OUTGOING: "out", Direction.INTERNAL: "internal"}
EVENTS = {StepKind.RING: "ringing", StepKind.ANSWER: "answer", StepKind.LEAVE: "leave", StepKind.RECORDING: "recording"}


class PushPbx(SimulatedPbx):
    """Sends forms, or JSON; has no API."""

    slug = "push"
    scenarios = frozenset(Scenario)
    variants = ("form", "json")

    def call_id(self, call: ScriptedCall) -> str:
        return f"{call.unix(0)}.{call.serial}"

    def messages(self, call: ScriptedCall) -> list[Message]:
        sent = [self._told(call, "newCall", 0, call.caller)]
        for step in call.steps:
            sent += self._of_step(call, step)
        return sent

    def expected(self, call: ScriptedCall) -> Expected:
        expected = everything(call, external_id=self.call_id(call), recording=self._link(call))
        if call.scenario is not Scenario.TRANSFERRED:
            return expected
        # The second answer takes the talk over, also while the first one is asking back.
        return replace(expected, legs=tuple(replace(leg, talk_seconds=None) for leg in expected.legs))

    def complaint(self, message: Message, status: int, body: bytes) -> str:
        return super().complaint(message, status, body) or ("" if b'"ok"' in body else 'the answer has no "ok"')

    def _of_step(self, call: ScriptedCall, step: Step) -> list[Message]:
        if step.kind is StepKind.HANG_UP:
            facts = {"cause": CAUSES[call.status], "duration": str(call.talk_seconds)}
            return [self._told(call, "hangup", step.after, None, **facts)]
        if step.kind is StepKind.RING and call.direction is not Direction.INCOMING:
            return []
        facts = {"recording": self._link(call)} if step.kind is StepKind.RECORDING else {}
        if step.kind is StepKind.LEAVE:
            facts = {"cause": "answered"}
        return [self._told(call, EVENTS[step.kind], step.after, step.employee, **facts)]

    def _link(self, call: ScriptedCall) -> str:
        return f"{self.api_url}/records/{file_name(call.token[:16], call)}"

    def _told(self, call: ScriptedCall, event: str, after: int, employee: Employee | None, **facts: str) -> Message:
        fields: dict[str, Any] = {
            "event": event,
            "callId": self.call_id(call),
            "direction": DIRECTIONS[call.direction],
            **_numbers(call),
            "time": str(call.unix(after)),
            **({"user": employee.extension} if employee and not _calls(call, employee) else {}),
            **facts,
        }
        if call.is_outgoing:
            fields["user"] = call.own
        label = " ".join(filter(None, (event, str(fields.get("user", "")))))
        if self.variant == "json":
            users = {"user": [fields["user"]]} if "user" in fields else {}
            return Message.json(fields | users, after=after, label=label)
        return Message.form(fields, after=after, label=label)


def _calls(call: ScriptedCall, employee: Employee) -> bool:
    return call.direction is Direction.INTERNAL and employee == call.caller


def _numbers(call: ScriptedCall) -> dict[str, str]:
    if call.direction is Direction.INTERNAL:
        return {"from": call.own, "to": call.rung[0].extension}
    if call.is_outgoing:
        return {"from": call.our_number, "to": call.client}
    return {"from": call.client, "to": call.our_number}
