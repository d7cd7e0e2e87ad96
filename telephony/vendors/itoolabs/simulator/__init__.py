"""ITooLabs' own side of its messages. Sources: README.md, "Sources"."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from urllib.parse import urlencode

from telephony.domain.events import CallStatus, Direction
from telephony.vendors.itoolabs.simulator.api import RECORDS_PATH, answer_api, login, stamp
from telephony.vendors.simulated import (
    ApiAnswer,
    ApiRequest,
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
        if call.direction is Direction.OUTGOING:
            return [*self._outgoing(call), self._history(call)]
        asks = {"phone": call.client.lstrip("+"), "diversion": call.our_number.lstrip("+")}
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
        expected = everything(call, external_id=self.call_id(call), recording=self._link(call))
        logins = {one.extension: login(one) for one in (*call.rung, call.caller) if one}
        # How long each one talked is told only by the receiver's clock.
        legs = (replace(leg, key=logins[leg.extension], talk_seconds=None) for leg in expected.legs)
        return replace(expected, legs=tuple(legs))

    def complaint(self, message: Message, status: int, body: bytes) -> str:
        """Only the answer about a contact is read."""
        if status != 200 or not message.asks:
            return super().complaint(message, status, body)
        return complaint_about_contact(body, pbx="the PBX")

    def answer(self, request: ApiRequest) -> ApiAnswer:
        return answer_api(self, request)

    def _outgoing(self, call: ScriptedCall) -> list[Message]:
        caller = call.caller or Employee(extension="")
        sent = [self._event(call, 0, "OUTGOING", caller)]
        if call.answered_after is None:
            return [*sent, self._event(call, call.ended_after, "CANCELLED", caller)]
        sent.append(self._event(call, call.answered_after, "ACCEPTED", caller))
        return [*sent, self._event(call, call.ended_after, "COMPLETED", caller)]

    def _event(self, call: ScriptedCall, after: int, word: str, employee: Employee) -> Message:
        direction = "out" if call.direction is Direction.OUTGOING else "in"
        facts = {"type": word, "direction": direction, **self._parties(call, employee)}
        return self._message(call, after, "event", facts)

    def _history(self, call: ScriptedCall) -> Message:
        facts = {
            "type": "out" if call.direction is Direction.OUTGOING else "in",
            "status": STATUSES[call.status],
            "start": stamp(call.started_at),
            "duration": str(call.talk_seconds),
            **self._parties(call, call.last_employee or Employee(extension="")),
        }
        if call.is_recorded:
            facts["link"] = self._link(call)
        return self._message(call, call.ended_after, "history", facts)

    def _parties(self, call: ScriptedCall, employee: Employee) -> dict[str, str]:
        return {
            "phone": call.client.lstrip("+"),
            "diversion": call.our_number.lstrip("+"),
            "user": login(employee),
            "ext": employee.extension,
        }

    def _message(
        self, call: ScriptedCall, after: int, command: str, facts: dict[str, str], *, asks: bool = False
    ) -> Message:
        token = str(self.settings["crm_token"])
        content = {"cmd": command, **facts, "callid": self.call_id(call), "crm_token": token}
        label = " ".join(filter(None, (command, facts.get("type"), facts.get("user"))))
        is_json = self.variant == "json"
        kind = "application/json" if is_json else "application/x-www-form-urlencoded"
        body = json.dumps(content, ensure_ascii=False) if is_json else urlencode(content)
        return Message(after=after, label=label, headers={"Content-Type": kind}, body=body.encode(), asks=asks)

    def _link(self, call: ScriptedCall) -> str:
        return f"{self.api_url}{RECORDS_PATH}{call.token[:20]}-{call.talk_seconds}.mp3"
