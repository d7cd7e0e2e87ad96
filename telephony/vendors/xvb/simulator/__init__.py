"""XVB-PBX's own side of its webhooks. Source and what it leaves open: README.md, "Sources"."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

from telephony.domain.events import CallStatus, LegRole
from telephony.vendors.simulated import (
    AudioFormat,
    Expected,
    Message,
    Scenario,
    ScriptedCall,
    SimulatedPbx,
    StepKind,
    complaint_about_contact,
    everything,
)
from telephony.vendors.simulated.serving import file_name
from telephony.vendors.xvb.simulator.api import RECORDS_PATH, answer_api

STATUSES = {CallStatus.ANSWERED: "Success", CallStatus.NO_ANSWER: "Missed", CallStatus.BUSY: "Busy"}


class XvbPbx(SimulatedPbx):
    """Sends urlencoded forms; `printed` leaves callid, ext and type out of COMPLETED, as the document prints it.

    No message tells whose phone rings, of a transfer or of an internal call, and none carries a time.
    """

    slug = "xvb"
    scenarios = frozenset(
        {Scenario.ANSWERED, Scenario.MISSED, Scenario.BUSY, Scenario.OUTGOING, Scenario.OUTGOING_MISSED}
    )
    example_settings = {"access_code": "10019", "token": "token"}
    variants = ("full", "printed")

    def call_id(self, call: ScriptedCall) -> str:
        if call.order_id:
            return call.order_id
        return base64.urlsafe_b64encode(bytes.fromhex(call.token)).decode()[:22]

    def messages(self, call: ScriptedCall) -> list[Message]:
        if call.is_outgoing:
            return [self._event(call, 0, "OUTGOING", ext=call.own), self._completed(call)]
        incoming = self._event(call, 0, "INCOMING", ext="", line_number=call.line)
        sent = [incoming, self._contact(call)]
        for step in call.of_kind(StepKind.ANSWER):
            ext = step.employee.extension if step.employee else ""
            answered = self._event(call, step.after, "ANSWERED", ext=ext)
            sent.append(replace(answered, headers={**answered.headers, "X-XVB-AC": self._access_code()}))
        return [*sent, self._completed(call)]

    def expected(self, call: ScriptedCall) -> Expected:
        expected = everything(call, external_id=self.call_id(call), recording=self._link(call))
        if call.is_outgoing:
            expected = replace(expected, our_number="")
        # Of the phones that rang only the one that answered is told, and when it did only by the receiver's clock.
        told = [leg for leg in expected.legs if leg.answered or leg.role is LegRole.CALLING]
        return replace(expected, legs=tuple(replace(leg, talk_seconds=None) for leg in told))

    def complaint_about(self, answer: Any) -> str:
        """Only the answer about a contact is read."""
        return complaint_about_contact(answer, pbx="XVB-PBX")

    answer = answer_api

    def _access_code(self) -> str:
        return str(self.settings["access_code"])

    def _contact(self, call: ScriptedCall) -> Message:
        fields = {"access_code": self._access_code(), "cmd": "contact", "phone": call.outside}
        return _form(0, "contact", fields, asks=True)

    def _event(self, call: ScriptedCall, after: int, event: str, *, ext: str, line_number: str = "") -> Message:
        fields = {
            "access_code": self._access_code(),
            "cmd": "event",
            "callid": self.call_id(call),
            "type": "out" if call.is_outgoing else "in",
            "event": event,
            "ext": ext,
            "phone": call.outside,
        }
        if line_number:
            fields["line_number"] = line_number
        return _form(after, f"{event} {ext}".rstrip(), fields)

    def _completed(self, call: ScriptedCall) -> Message:
        fields = {
            "cmd": "event",
            "status": STATUSES[call.status],
            "duration": str(call.talk_seconds),
            "event": "COMPLETED",
            "phone": call.outside,
            "access_code": self._access_code(),
        }
        if call.is_recorded:
            fields["record_link"] = self._link(call)
        if self.variant == "full":
            fields["callid"] = self.call_id(call)
            fields["ext"] = call.last if call.talk_seconds else ""
            fields["type"] = "out" if call.is_outgoing else "in"
        return _form(call.ended_after, f"COMPLETED {fields['status']}", fields)

    def _link(self, call: ScriptedCall) -> str:
        return f"{self.api_url}{RECORDS_PATH}{file_name(call.token[:20], call, AudioFormat.G722)}"


def _form(after: int, label: str, fields: dict[str, str], *, asks: bool = False) -> Message:
    message = Message.form(fields, after=after, label=label, asks=asks)
    return replace(message, headers={**message.headers, "TE": "deflate,gzip;q=0.3"})
