"""An Asterisk with our agent beside it. Source: the messages that a real one sent (README.md, "Sources")."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC
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
from telephony.vendors.standard_webhooks import signed_headers

AmiEvent = dict[str, str]
TRUNK = "trunk"
CAUSES = {CallStatus.BUSY: ("BUSY", "17", "User busy"), CallStatus.NO_ANSWER: ("NOANSWER", "0", "Unknown")}


class AsteriskPbx(SimulatedPbx):
    """Sends what the agent would send, signed."""

    slug = "asterisk"
    scenarios = frozenset(Scenario)
    example_settings = {"secret": "simulated-agent-secret"}

    def call_id(self, call: ScriptedCall) -> str:
        return call.order_id or f"{call.unix(0)}.{int(call.token[:8], 16)}"

    def messages(self, call: ScriptedCall) -> list[Message]:
        told = [_message(self, call, 0, "began", list(self._begins(call)))]
        return told + [_message(self, call, step.after, step.kind, list(self._step(call, step))) for step in call.steps]

    def expected(self, call: ScriptedCall) -> Expected:
        return everything(call, external_id=self.call_id(call), recording=f"{self.call_id(call)}.wav")

    def complaint(self, message: Message, status: int, body: bytes) -> str:
        try:
            right = status == 200 and isinstance(json.loads(body)["commands"], list)
        except (ValueError, KeyError, TypeError):
            right = False
        return "" if right else 'the answer is not 200 {"commands": [...]}'

    def _begins(self, call: ScriptedCall) -> Iterator[AmiEvent]:
        first = {"Uniqueid": self.call_id(call)}
        if call.direction is Direction.INCOMING:
            who = {"CallerIDNum": call.outside, "Exten": call.line}
            yield self._event(call, "Newchannel", Channel=_channel(TRUNK, call), **who, **first)
            return
        caller = call.own
        dialled = _number(call.rung[0]) if call.direction is Direction.INTERNAL else call.outside
        yield self._event(call, "Newchannel", Channel=_channel(caller, call), Exten=dialled, **first)
        if call.is_outgoing:
            trunk = {"DestChannel": _channel(TRUNK, call), "DialString": f"{dialled}@{TRUNK}"}
            trunk |= {"Channel": _channel(caller, call), "CallerIDNum": call.line}
            yield self._event(call, "DialBegin", **trunk, **first)

    def _step(self, call: ScriptedCall, step: Step) -> Iterator[AmiEvent]:
        who = _number(step.employee)
        if step.kind is StepKind.RING:
            yield self._event(call, "DialBegin", **self._dial(call, who), CallerIDNum=call.outside or call.own)
        elif step.kind is StepKind.ANSWER:
            yield self._event(call, "DialEnd", **self._dial(call, who), DialStatus="ANSWER")
        elif step.kind is StepKind.LEAVE:
            transferer = {"TransfererChannel": _channel(who, call), "TransfererLinkedid": self.call_id(call)}
            yield self._event(call, "BlindTransfer", Result="Success", Extension=_number(step.stays), **transferer)
        elif step.kind is StepKind.RECORDING:
            file = {"RecordingFile": f"{self.call_id(call)}.wav", "BillableSeconds": str(max(1, call.talk_seconds))}
            yield self._event(call, "Cdr", Disposition="ANSWERED", LinkedID=self.call_id(call), **file)
        else:
            yield from self._hang_up(call)

    def _dial(self, call: ScriptedCall, who: str) -> AmiEvent:
        """Who dials whom; of an outgoing call it is the client who is dialled."""
        dialling = call.own or TRUNK
        return {"Channel": _channel(dialling, call), "DestChannel": _channel(who or TRUNK, call)}

    def _hang_up(self, call: ScriptedCall) -> Iterator[AmiEvent]:
        if call.status is not CallStatus.ANSWERED:
            word, cause, said = CAUSES.get(call.status, ("CANCEL", "127", "Interworking, unspecified"))
            rung: list[Employee | None] = [*call.rung] or [None]
            for employee in rung:
                yield self._event(call, "DialEnd", **self._dial(call, _number(employee)), DialStatus=word)
                if employee:
                    hung = {"Channel": _channel(employee.extension, call), "Uniqueid": f"{self.call_id(call)}.leg"}
                    yield self._event(call, "Hangup", Cause=cause, **{"Cause-txt": said}, **hung)
        yield self._event(call, "CEL", EventName="LINKEDID_END", LinkedID=self.call_id(call))

    def _event(self, call: ScriptedCall, name: str, **fields: str) -> AmiEvent:
        """`at` is filled in by the message."""
        linked = {} if "LinkedID" in fields else {"Linkedid": self.call_id(call)}
        return {"Event": name, **linked, **fields}


def _number(employee: Employee | None) -> str:
    return employee.extension if employee else ""


def _channel(name: str, call: ScriptedCall) -> str:
    return f"PJSIP/{name}-{call.token[:8]}"


def _message(pbx: AsteriskPbx, call: ScriptedCall, after: int, label: str, events: list[AmiEvent]) -> Message:
    at = call.moment(after).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    batch: dict[str, Any] = {"v": 1, "agent": "simulated", "seq": after, "sent_at": at}
    body = json.dumps({**batch, "events": [{"at": at, **event} for event in events]}).encode()
    message_id, timestamp = f"msg_{call.token[:20]}_{label}_{after}", str(call.unix(after))
    proof = signed_headers(str(pbx.settings["secret"]), message_id=message_id, timestamp=timestamp, body=body)
    return Message(after=after, label=label, headers={"Content-Type": "application/json", **proof}, body=body)
