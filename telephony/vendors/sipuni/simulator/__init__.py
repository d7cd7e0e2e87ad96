"""Sipuni's own side of its HTTP API. Source: "Описание HTTP API"; live traffic: README.md, "Sources"."""

from __future__ import annotations

import json
from dataclasses import replace

from telephony.domain.events import CallStatus, Direction
from telephony.vendors.simulated import (
    AudioFormat,
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
from telephony.vendors.sipuni.simulator.api import answer_api

EVENTS = {StepKind.RING: "1", StepKind.HANG_UP: "2", StepKind.ANSWER: "3", StepKind.LEAVE: "4"}
STATUSES = {CallStatus.ANSWERED: "ANSWER", CallStatus.NO_ANSWER: "NOANSWER", CallStatus.BUSY: "BUSY"}
EXTERNAL, INTERNAL = "1", "2"


class SipuniPbx(SimulatedPbx):
    """Sends GET queries, or forms (`post`); `wav` is GET with recordings as WAV files."""

    slug = "sipuni"
    scenarios = frozenset(Scenario)
    example_settings = {"user": "012345", "secret": "secret"}
    variants = ("get", "post", "wav")

    def call_id(self, call: ScriptedCall) -> str:
        return f"{call.unix(0)}.{call.serial}"

    def messages(self, call: ScriptedCall) -> list[Message]:
        sent = []
        if call.direction is not Direction.INTERNAL:  # An internal call begins with the ring.
            called = call.our_number if call.direction is Direction.INCOMING else call.client
            for after in (0, 1) if _is_live(call) else (0,):
                sent.append(self._message(0, self._fields(call, "1", after, called=called)))
        told = [step for step in call.steps if step.kind in EVENTS]
        return sent + [self._message(step.after, self._of_step(call, step)) for step in told]

    def expected(self, call: ScriptedCall) -> Expected:
        expected = everything(call, external_id=self.call_id(call), recording="")
        return replace(
            expected,
            our_number=call.our_number if call.direction is Direction.INCOMING else "",
            recording=self._link(call) if _has_link(call) else "",
        )

    def complaint(self, message: Message, status: int, body: bytes) -> str:
        try:
            answer = json.loads(body)
        except ValueError:
            return "the answer is no JSON: Sipuni may stop sending"
        right = status == 200 and isinstance(answer, dict) and answer.get("success") is True
        return "" if right else 'the answer is not 200 {"success": true}: Sipuni may stop sending'

    answer = answer_api

    def _of_step(self, call: ScriptedCall, step: Step) -> dict[str, str]:
        if call.direction is Direction.OUTGOING:
            called: Employee | str = call.client
        else:
            employee = call.last_employee if step.kind is StepKind.HANG_UP else step.stays or step.employee
            called = employee or call.our_number
        fields = self._fields(call, EVENTS[step.kind], step.after, called=called)
        if step.kind is StepKind.RING:
            fields["is_inner_call"] = "1"
        if step.kind in (StepKind.HANG_UP, StepKind.LEAVE):
            fields |= self._outcome(call)
        if step.kind is StepKind.HANG_UP and _has_link(call):
            fields["call_record_link"] = self._link(call)
        if step.kind is StepKind.HANG_UP and call.order_id:
            fields["callbackId"] = call.order_id
        return fields

    def _outcome(self, call: ScriptedCall) -> dict[str, str]:
        if call.answered_after is not None:
            answered = call.unix(call.answered_after)
        else:
            answered = call.unix(0) if _is_live(call) else 0
        return {
            "status": STATUSES[call.status],
            "call_start_timestamp": str(call.unix(0)),
            "call_answer_timestamp": str(answered),
        }

    def _fields(self, call: ScriptedCall, event: str, after: int, *, called: Employee | str) -> dict[str, str]:
        src, short_src, src_type = self._address(call.caller or call.client)
        dst, short_dst, dst_type = self._address(called)
        return {
            "event": event,
            "call_id": self.call_id(call),
            "src_num": src,
            "short_src_num": short_src,
            "src_type": src_type,
            "dst_num": dst,
            "short_dst_num": short_dst,
            "dst_type": dst_type,
            "timestamp": str(call.unix(after)),
        }

    def _address(self, party: Employee | str) -> tuple[str, str, str]:
        """Login, short number and type; an employee's login begins with the account."""
        if isinstance(party, str):
            return party.lstrip("+"), party.lstrip("+"), EXTERNAL
        return str(self.settings["user"]) + party.extension, party.extension, INTERNAL

    def _message(self, after: int, fields: dict[str, str]) -> Message:
        label = f"event={fields['event']} {fields['short_src_num']} > {fields['short_dst_num']}"
        made = Message.form if self.variant == "post" else Message.get
        return made(fields, after=after, label=label)

    def _link(self, call: ScriptedCall) -> str:
        kind = AudioFormat.WAV if self.variant == "wav" else AudioFormat.MP3
        return f"{self.api_url}/records/{file_name(call.token[:20], call, kind)}"


def _is_live(call: ScriptedCall) -> bool:
    """Every other call has the habits of live traffic that the document doesn't tell of.

    The start comes twice, a second apart in its time; a call that nobody answered has the start as its answer
    time, and a record link with nothing behind it.
    """
    return int(call.token[0], 16) % 2 == 1


def _has_link(call: ScriptedCall) -> bool:
    missed = call.status is CallStatus.NO_ANSWER and call.direction is Direction.INCOMING
    return call.is_recorded or (missed and _is_live(call))
