"""The demo PBX's own side of its protocol. Source: README.md."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from telephony.domain.events import CallStatus
from telephony.vendors.simulated import Expected, Message, Scenario, ScriptedCall, SimulatedPbx, StepKind, everything

RESULTS = {CallStatus.ANSWERED: "answered", CallStatus.NO_ANSWER: "missed", CallStatus.BUSY: "busy"}
EVENTS = {StepKind.RING: "ring", StepKind.ANSWER: "answer", StepKind.HANG_UP: "end"}


class DemoPbx(SimulatedPbx):
    """Sends urlencoded forms; has no API."""

    slug = "demo"
    scenarios = frozenset({Scenario.ANSWERED, Scenario.MISSED, Scenario.BUSY, Scenario.GROUP})

    def call_id(self, call: ScriptedCall) -> str:
        return f"demo-{call.token[:16]}"

    def messages(self, call: ScriptedCall) -> list[Message]:
        sent = []
        for step in call.steps:
            if step.kind not in EVENTS:
                continue
            fields = {
                "event": EVENTS[step.kind],
                "call_id": self.call_id(call),
                "from": call.client,
                "to": call.our_number,
                "time": str(call.unix(step.after)),
            }
            if step.employee:
                fields["extension"] = step.employee.extension
            if step.kind is StepKind.HANG_UP:
                fields["result"] = RESULTS[call.status]
            sent.append(_form(step.after, fields))
        return sent

    def expected(self, call: ScriptedCall) -> Expected:
        return everything(call, external_id=self.call_id(call), recording="")

    def complaint(self, message: Message, status: int, body: bytes) -> str:
        try:
            right = status == 200 and json.loads(body) == {"ok": True}
        except ValueError:
            right = False
        return "" if right else 'the answer is not 200 {"ok": true}'


def _form(after: int, fields: dict[str, str]) -> Message:
    label = " ".join(filter(None, (fields["event"], fields.get("extension"))))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Message(after=after, label=label, headers=headers, body=urlencode(fields).encode())
