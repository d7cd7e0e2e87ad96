"""Mango's own side of its events. Source: "VPBX API 1.9" (README.md, "Sources")."""

from __future__ import annotations

import base64
import json
from collections import Counter
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from telephony.domain.events import CallStatus, Direction
from telephony.vendors.mango.signing import signature
from telephony.vendors.mango.simulated_api import MangoApi, file_id
from telephony.vendors.simulated import (
    ApiAnswer,
    ApiRequest,
    Expected,
    Message,
    Scenario,
    ScriptedCall,
    SimulatedPbx,
    Step,
    StepKind,
    everything,
)

CALLEE, ANSWERED_BY_ANOTHER = 1120, 1100
WHY = {CallStatus.ANSWERED: 1110, CallStatus.NO_ANSWER: 1111, CallStatus.BUSY: 1121}
STATES = {StepKind.RING: "Appeared", StepKind.ANSWER: "Connected"}
DIRECTIONS = {Direction.INTERNAL: 0, Direction.INCOMING: 1, Direction.OUTGOING: 2}


class MangoPbx(SimulatedPbx):
    """Signs a JSON of each part's doing. `summary` sends only the whole call after its end."""

    slug = "mango"
    example_settings = {"api_key": "key", "api_salt": "salt"}
    scenarios = frozenset(Scenario)
    variants = ("default", "summary")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._api = MangoApi(self)
        if self.variant == "summary":
            self.scenarios = frozenset({Scenario.ANSWERED, Scenario.MISSED, Scenario.OUTGOING})

    def call_id(self, call: ScriptedCall) -> str:
        return base64.b64encode(call.token[:12].encode()).decode()

    def messages(self, call: ScriptedCall) -> list[Message]:
        events = _Told(self, call)
        for step in call.steps:
            events.tell(step)
        whole = ("events/summary", "events/record/added")
        return [one for one in events.sent if self.variant == "default" or one.tail in whole]

    def expected(self, call: ScriptedCall) -> Expected:
        """The summary tells no outcome but whether somebody talked."""
        told = everything(call, external_id=self.call_id(call), recording=file_id(call))
        return told if call.answered_after is not None else replace(told, statuses=frozenset({CallStatus.NO_ANSWER}))

    def answer(self, request: ApiRequest) -> ApiAnswer:
        return self._api.answer(request)

    def message(self, tail: str, after: int, told: dict[str, Any], label: str = "") -> Message:
        """The event in its envelope."""
        text, key = json.dumps(told, ensure_ascii=False), str(self.settings["api_key"])
        sign = signature(key.encode(), text.encode(), str(self.settings["api_salt"]))
        body = urlencode({"vpbx_api_key": key, "sign": sign, "json": text}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return Message(after=after, label=f"{tail} {label}".strip(), headers=headers, body=body, tail=tail)


class _Told:
    """One call's events; each phone's part counts its own."""

    def __init__(self, pbx: MangoPbx, call: ScriptedCall) -> None:
        self._pbx, self._call = pbx, call
        self._counts: Counter[str] = Counter()
        self._talking: set[str] = set()
        self._gone: set[str] = set()
        self.sent: list[Message] = []
        if call.direction is not Direction.INTERNAL:
            self._part(0, "Appeared", call.caller.extension if call.caller else "", begins=True)

    def tell(self, step: Step) -> None:
        own = self._call.caller.extension if self._call.caller else ""
        extension = step.employee.extension if step.employee else own
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
        call_id = f"{self._call.token[:8]}:{extension or 'ivr'}"
        told = {"call_id": call_id, "timestamp": self._call.unix(after), "seq": self._counts[extension]}
        told |= {"call_state": state, "location": "abonent" if extension else "ivr"}
        self._add("events/call", after, told | self._parties(extension, begins=begins) | more, f"{state} {extension}")

    def _parties(self, extension: str, *, begins: bool) -> dict[str, Any]:
        call, ours = self._call, self._call.our_number.lstrip("+")
        phone = {"extension": extension, "number": f"sip:user{extension}@example.mangosip.ru"} if extension else {}
        client = {"number": call.client.lstrip("+")}
        if call.direction is Direction.INTERNAL and call.caller:
            return {"from": {"extension": call.caller.extension}, "to": phone}
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
        call, last = self._call, self._call.last_employee
        phone = {"extension": last.extension} if last else {}
        own, client = {"extension": call.caller.extension} if call.caller else {}, {"number": call.client.lstrip("+")}
        return {
            "call_direction": DIRECTIONS[call.direction],
            "from": own or client,
            "to": client if call.direction is Direction.OUTGOING else phone,
            "line_number": call.our_number.lstrip("+"),
            "create_time": call.unix(0),
            "talk_time": call.unix(call.answered_after) if call.answered_after is not None else 0,
            "end_time": call.unix(call.ended_after),
            "entry_result": int(call.answered_after is not None),
            "disconnect_reason": WHY[call.status],
        }

    def _add(self, tail: str, after: int, told: dict[str, Any], label: str = "") -> None:
        entry = {"entry_id": self._pbx.call_id(self._call), **told}
        self.sent.append(self._pbx.message(tail, after, entry, label))
