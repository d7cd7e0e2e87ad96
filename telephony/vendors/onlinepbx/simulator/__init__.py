"""OnlinePBX's own side of its notifications. Sources: README.md, "Sources"."""

from __future__ import annotations

import uuid
from dataclasses import replace

from telephony.domain.events import CallStatus, Direction
from telephony.vendors.onlinepbx.simulator.api import CAUSES, answer_api, record_link
from telephony.vendors.simulated import (
    Expected,
    Message,
    Scenario,
    ScriptedCall,
    SimulatedPbx,
    Step,
    StepKind,
    everything,
)


class OnlinePbxPbx(SimulatedPbx):
    """Sends JSON or forms. Nobody is told to leave a talk: after a transfer the next answer tells it."""

    slug = "onlinepbx"
    scenarios = frozenset(Scenario)
    example_settings = {"domain": "pbx00000.onpbx.ru", "api_key": "api-key"}
    variants = ("json", "form")

    def call_id(self, call: ScriptedCall) -> str:
        return call.order_id or str(uuid.UUID(call.token[:32]))

    def messages(self, call: ScriptedCall) -> list[Message]:
        sent = [self._message(call, 0, "call_start", None, {})]
        for step in call.steps:
            if step.kind is StepKind.RING:
                sent.append(self._message(call, step.after, "call_user_start", step, {}))
            elif step.kind is StepKind.ANSWER:
                sent.append(self._message(call, step.after, "call_answered", step, {}))
        last = next((step for step in reversed(call.steps) if step.employee), None)
        is_missed = call.status is CallStatus.NO_ANSWER and call.direction is Direction.INCOMING
        lasted = {"call_duration": str(call.ended_after)}
        if is_missed:
            return [*sent, self._message(call, call.ended_after, "call_missed", last, lasted)]
        end = {
            **lasted,
            "dialog_duration": str(call.talk_seconds),
            "hangup_cause": CAUSES[call.status],
            "download_url": record_link(self, call) if call.is_recorded else "",
        }
        return [*sent, self._message(call, call.ended_after, "call_end", last, end)]

    def expected(self, call: ScriptedCall) -> Expected:
        expected = everything(call, external_id=self.call_id(call), recording=record_link(self, call))
        if call.scenario is Scenario.TRANSFERRED:
            # When the first one left is not told.
            legs = tuple(replace(leg, talk_seconds=None) for leg in expected.legs)
            return replace(expected, legs=legs)
        return expected

    answer = answer_api

    def _message(self, call: ScriptedCall, after: int, event: str, step: Step | None, more: dict[str, str]) -> Message:
        content = {
            "event": event,
            "domain": str(self.settings["domain"]),
            "uuid": self.call_id(call),
            "origin": "sip",
            **_parties(call, step),
            "from_domain": "",
            "to_domain": "",
            "date": str(call.unix(after)),
            **more,
        }
        made = Message.json if self.variant == "json" else Message.form
        return made(content, after=after, label=f"{event} {content['caller']} > {content['callee']}")


def _parties(call: ScriptedCall, step: Step | None) -> dict[str, str]:
    phone = step.employee.extension if step and step.employee else ""
    if call.is_outgoing:
        return {"direction": "outbound", "caller": call.own, "callee": call.client, "gateway": call.line}
    if call.direction is Direction.INTERNAL:
        callee = phone or call.rung[0].extension
        return {"direction": "local", "caller": call.own, "callee": callee, "gateway": ""}
    return {"direction": "inbound", "caller": call.client, "callee": phone or call.line, "gateway": call.line}
