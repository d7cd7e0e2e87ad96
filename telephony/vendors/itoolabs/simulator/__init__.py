"""ITooLabs' own side of its messages. Sources: README.md, "Sources"."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from telephony.domain.events import CallStatus
from telephony.vendors.itoolabs.simulator.api import answer_api, link_of, login, stamp
from telephony.vendors.simulated import (
    Employee,
    Expected,
    Message,
    Scenario,
    ScriptedCall,
    SimulatedPbx,
    StepKind,
    complaint_about_contact,
    everything,
)

STATUSES = {CallStatus.ANSWERED: "Success", CallStatus.NO_ANSWER: "missed", CallStatus.BUSY: "Busy"}


class ItoolabsPbx(SimulatedPbx):
    """Sends forms, or JSON as MegaFon may. No message tells of an internal call, and none but `history` has a time."""

    slug = "itoolabs"
    scenarios = frozenset(Scenario) - {Scenario.INTERNAL}
    example_settings = {"crm_token": "crm-token", "token": "token"}
    variants = ("form", "json")

    def call_id(self, call: ScriptedCall) -> str:
        return call.order_id or str(uuid.UUID(call.token[:32]))

    def messages(self, call: ScriptedCall) -> list[Message]:
        if call.is_outgoing:
            return [*self._outgoing(call), self._history(call)]
        asks = {"phone": call.outside, "diversion": call.line}
        sent = [self._message(call, 0, "contact", asks, asks=True)]
        ringing: list[Employee] = []
        talking: list[Employee] = []
        for step in call.steps:
            if step.kind is StepKind.RING and step.employee:
                ringing.append(step.employee)
                sent.append(self._event(call, step.after, "INCOMING", step.employee))
            elif step.kind is StepKind.ANSWER and step.employee:
                ringing.remove(step.employee)
                talking.append(step.employee)
                sent.append(self._event(call, step.after, "ACCEPTED", step.employee))
                sent += [self._event(call, step.after, "CANCELLED", other) for other in ringing]
                ringing.clear()
            elif step.kind is StepKind.LEAVE and step.employee:
                talking.remove(step.employee)
                sent.append(self._event(call, step.after, "COMPLETED", step.employee))
        sent += [self._event(call, call.ended_after, "CANCELLED", one) for one in ringing]
        sent += [self._event(call, call.ended_after, "COMPLETED", one) for one in talking]
        return [*sent, self._history(call)]

    def expected(self, call: ScriptedCall) -> Expected:
        expected = everything(call, external_id=self.call_id(call), recording=link_of(self, call))
        logins = {one.extension: login(one) for one in (*call.rung, call.caller) if one}
        # How long each one talked is told only by the receiver's clock.
        legs = (replace(leg, key=logins[leg.extension], talk_seconds=None) for leg in expected.legs)
        return replace(expected, legs=tuple(legs))

    def complaint_about(self, answer: Any) -> str:
        """Only the answer about a contact is read."""
        return complaint_about_contact(answer, pbx="the PBX")

    answer = answer_api

    def _outgoing(self, call: ScriptedCall) -> list[Message]:
        caller = call.caller or Employee(extension="")
        sent = [self._event(call, 0, "OUTGOING", caller)]
        if call.answered_after is None:
            return [*sent, self._event(call, call.ended_after, "CANCELLED", caller)]
        sent.append(self._event(call, call.answered_after, "ACCEPTED", caller))
        return [*sent, self._event(call, call.ended_after, "COMPLETED", caller)]

    def _event(self, call: ScriptedCall, after: int, word: str, employee: Employee) -> Message:
        direction = "out" if call.is_outgoing else "in"
        facts = {"type": word, "direction": direction, **_parties(call, employee)}
        return self._message(call, after, "event", facts)

    def _history(self, call: ScriptedCall) -> Message:
        facts = {
            "type": "out" if call.is_outgoing else "in",
            "status": STATUSES[call.status],
            "start": stamp(call.started_at),
            "duration": str(call.talk_seconds),
            **_parties(call, call.last_employee or Employee(extension="")),
        }
        if call.is_recorded:
            facts["link"] = link_of(self, call)
        return self._message(call, call.ended_after, "history", facts)

    def _message(
        self, call: ScriptedCall, after: int, command: str, facts: dict[str, str], *, asks: bool = False
    ) -> Message:
        token = str(self.settings["crm_token"])
        content = {"cmd": command, **facts, "callid": self.call_id(call), "crm_token": token}
        label = " ".join(filter(None, (command, facts.get("type"), facts.get("user"))))
        made = Message.json if self.variant == "json" else Message.form
        return made(content, after=after, label=label, asks=asks)


def _parties(call: ScriptedCall, employee: Employee) -> dict[str, str]:
    return {"phone": call.outside, "diversion": call.line, "user": login(employee), "ext": employee.extension}
