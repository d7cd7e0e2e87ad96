"""Telphin's own side of its events. Sources: README.md, "Sources"."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import Any

from telephony.domain.events import CallStatus, Direction
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
    everything,
)
from telephony.vendors.simulated.serving import Refusal, order_of, sound
from telephony.vendors.telphin.simulator.events import Events

WORDS = {CallStatus.ANSWERED: "ANSWER", CallStatus.NO_ANSWER: "NOANSWER", CallStatus.BUSY: "BUSY"}
API, ACCESS = "/api/ver1.0/", "simulated-token"


class TelphinPbx(SimulatedPbx):
    """Sends forms, each about one extension."""

    slug = "telphin"
    scenarios = frozenset(Scenario)
    example_settings = {"client_id": "client-id", "client_secret": "client-secret"}

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self._events = Events(self)

    def call_id(self, call: ScriptedCall) -> str:
        return call.order_id or call.token[:32]

    def messages(self, call: ScriptedCall) -> list[Message]:
        sent = [self._message(call, 0, "dial-out", call.caller)] if call.caller else []
        answered: dict[Employee, int] = {}
        ringing: list[Employee] = []
        for step in call.steps:
            phone = step.employee or call.caller
            if step.kind is StepKind.RING and phone:
                ringing.append(phone)
                sent.append(self._message(call, step.after, "dial-in", phone))
            elif step.kind is StepKind.ANSWER and phone:
                others, ringing = [one for one in ringing if one != phone], []
                answered[phone] = step.after
                sent.append(self._message(call, step.after, "answer", phone))
                sent += [self._end(call, step.after, one, "CANCEL") for one in others]
            elif step.kind is StepKind.LEAVE and phone:
                sent.append(self._end(call, step.after, phone, "ANSWER", since=answered.pop(phone)))
        end, word = call.ended_after, WORDS[call.status]
        sent += [self._end(call, end, one, word) for one in ringing]
        sent += [self._end(call, end, one, word, since=since) for one, since in answered.items()]
        if call.caller and call.caller not in answered:
            sent.append(self._end(call, end, call.caller, word, since=call.answered_after))
        return sent

    def expected(self, call: ScriptedCall) -> Expected:
        expected = everything(call, external_id=self.call_id(call), recording=self._recording(call))
        # Which number a client is shown is not told.
        return replace(expected, our_number="") if call.direction is Direction.OUTGOING else expected

    def answer(self, request: ApiRequest) -> ApiAnswer:
        if request.path == "/oauth/token":
            secret = request.form().get("client_secret")
            if secret != self.settings["client_secret"]:
                return ApiAnswer.json({"error": "invalid_client"}, status=401)
            return ApiAnswer.json({"access_token": ACCESS, "token_type": "Bearer", "expires_in": 3600})
        if request.headers.get("authorization") != f"Bearer {ACCESS}":
            return ApiAnswer.json({"message": "Unauthorized"}, status=401)
        return self._events.answer(request.path.removeprefix(API), request) or self._of_call(request)

    def _of_call(self, request: ApiRequest) -> ApiAnswer:
        owner, _, rest = request.path.removeprefix(API).removeprefix("extension/").partition("/")
        if rest == "callback/" and request.method == "POST":
            return self._order(owner, json.loads(request.body))
        call = self.journal.find(rest.removeprefix(f"record/{owner}-"))
        if call is None or not call.is_recorded:
            return ApiAnswer.json({"message": "Not found"}, status=404)
        return sound(call.token[:20], call.talk_seconds)

    def _order(self, extension_id: str, asked: dict[str, object]) -> ApiAnswer:
        employee = self.employee(extension_id)
        if employee is None:
            return ApiAnswer.json({"message": "Extension is not found"}, status=404)
        order = order_of(self, employee.extension, str(asked["dst_num"]), order_id=uuid.uuid4().hex)
        if order is Refusal.UNREADABLE:
            return ApiAnswer.html("<html><body>Telphin</body></html>")
        if isinstance(order, Refusal):
            return ApiAnswer.json({"message": "Extension is not registered"}, status=400)
        answer = {"call_id": order.order_id, "call_api_id": f"cb-{order.order_id}"}
        return ApiAnswer.json(answer, status=201, order=order)

    def _end(self, call: ScriptedCall, after: int, phone: Employee, word: str, since: int | None = None) -> Message:
        more = {"CallStatus": word, "Duration": str((after - since) * 1_000_000 if since is not None else 0)}
        if call.is_recorded and after == call.ended_after:
            more["RecID"] = self._recording(call)
        return self._message(call, after, "hangup", phone, **more)

    def _recording(self, call: ScriptedCall) -> str:
        return f"{self._id_of(call.last_employee)}-{self.call_id(call)}"

    def _id_of(self, phone: Employee | None) -> str:
        known = self.employee(phone.extension) if phone else None
        return known.key or known.extension if known else ""

    def _message(self, call: ScriptedCall, after: int, event: str, phone: Employee, **more: str) -> Message:
        is_out = phone == call.caller
        own = "Caller" if is_out else "Called"
        fields = {
            "EventType": event,
            "CallID": self.call_id(call),
            "SubCallID": f"{self._id_of(phone)}-{call.token[8:]}",
            f"{own}Extension": f"1234*{phone.extension}@sipproxy.telphin.ru",
            f"{own}ExtensionID": self._id_of(phone),
            "CallStatus": "ANSWER" if event == "answer" else "CALLING",
            "EventTime": str(call.unix(after) * 1_000_000),
            **_parties(call, phone, is_out=is_out),
            **({"CallBackID": call.order_id} if call.order_id else {}),
            **more,
        }
        return Message.form(fields, after=after, label=f"{event} {phone.extension} {fields['CallStatus']}")


def _parties(call: ScriptedCall, phone: Employee, *, is_out: bool) -> dict[str, str]:
    if is_out:
        called = call.client if call.is_outgoing else f"1234*{call.rung[0].extension}"
        return {"CallFlow": "out", "CallerIDNum": f"1234*{phone.extension}", "CalledNumber": called}
    caller = call.client or f"1234*{call.own}"
    line = {"CalledDID": call.line} if call.our_number else {}
    return {"CallFlow": "in", "CallerIDNum": caller, "CalledNumber": f"1234*{phone.extension}", **line}
