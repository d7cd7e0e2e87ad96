"""The side of a PBX that speaks WireCRM's API PBX. Source: "API PBX" (README.md, "Sources")."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from telephony.domain.events import CallStatus, Direction
from telephony.vendors.simulated import (
    Expected,
    Message,
    Scenario,
    ScriptedCall,
    SimulatedPbx,
    StepKind,
    everything,
)
from telephony.vendors.simulated.serving import file_name
from telephony.vendors.wirecrm.simulator.api import RECORDS_PATH, answer_api

DISPOSITIONS = {
    CallStatus.ANSWERED: "answered",
    CallStatus.NO_ANSWER: "no answer",
    CallStatus.BUSY: "busy",
}


class WireCrmPbx(SimulatedPbx):
    """Sends multipart forms. No message tells of an answer, a transfer or an internal call."""

    slug = "wirecrm"
    example_settings = {"dial_token": "token"}
    scenarios = frozenset(Scenario) - {Scenario.TRANSFERRED, Scenario.INTERNAL}

    def call_id(self, call: ScriptedCall) -> str:
        return f"{'out' if call.direction is Direction.OUTGOING else 'in'}_{call.token}"

    def messages(self, call: ScriptedCall) -> list[Message]:
        sent = [self._start(call)]
        for step in call.steps:
            if step.kind is StepKind.RING and step.employee:
                rings = self._fields(call, "NOTIFY_INTERNAL") | {"internal": step.employee.extension}
                sent.append(_multipart(call, step.after, rings))
            elif step.kind is StepKind.HANG_UP:
                sent.append(self._end(call))
        for step in call.of_kind(StepKind.RECORDING):
            record = {"event": "NOTIFY_RECORD", "pbx_call_id": self.call_id(call), "record_link": self._link(call)}
            sent.append(_multipart(call, step.after, record))
        return sent

    def expected(self, call: ScriptedCall) -> Expected:
        expected = everything(call, external_id=self.call_id(call), recording=self._link(call))
        if _hides_our_number(call):
            return replace(expected, our_number="")
        return expected

    def complaint_about(self, answer: Any) -> str:
        """Only NOTIFY_START's answer is read: JSON with a name to show or an extension to ring, or empty."""
        texts = isinstance(answer, dict) and all(isinstance(value, str) and value for value in answer.values())
        if not texts or set(answer) not in ({"caller_name"}, {"redirect"}, set()):
            return "the answer is none of caller_name, redirect and {}"
        return ""

    answer = answer_api

    def _start(self, call: ScriptedCall) -> Message:
        if call.direction is Direction.OUTGOING:
            return _multipart(call, 0, self._fields(call, "NOTIFY_OUT_START"))
        return replace(_multipart(call, 0, self._fields(call, "NOTIFY_START")), asks=True)

    def _end(self, call: ScriptedCall) -> Message:
        outgoing = call.direction is Direction.OUTGOING
        fields = self._fields(call, "NOTIFY_OUT_END" if outgoing else "NOTIFY_END")
        fields["internal"] = call.last
        fields["duration"] = str(call.talk_seconds)
        fields["disposition"] = DISPOSITIONS[call.status]
        return _multipart(call, call.ended_after, fields)

    def _fields(self, call: ScriptedCall, event: str) -> dict[str, str]:
        fields = {
            "event": event,
            "call_start": call.started_at.astimezone(self.time_zone).strftime("%Y-%m-%d %H:%M:%S"),
            "pbx_call_id": self.call_id(call),
        }
        if call.direction is not Direction.OUTGOING:
            return fields | {"caller_id": call.outside, "called_did": call.line}
        fields["caller_id"] = "0" if _hides_our_number(call) else call.line
        fields["internal"] = call.own
        return fields | {"destination": call.client}

    def _link(self, call: ScriptedCall) -> str:
        return f"{self.api_url}{RECORDS_PATH}{file_name(call.token[:20], call)}"


def _hides_our_number(call: ScriptedCall) -> bool:
    """Every other outgoing call is made from an extension that no number was set for."""
    return call.direction is Direction.OUTGOING and int(call.token[0], 16) % 2 == 1


def _multipart(call: ScriptedCall, after: int, fields: dict[str, str]) -> Message:
    boundary = f"----WireCrmPbx{call.token[:16]}"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return Message(
        after=after,
        label=" ".join(filter(None, (fields["event"], fields.get("internal")))),
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
        body=("".join(parts) + f"--{boundary}--\r\n").encode(),
    )
