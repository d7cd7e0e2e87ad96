"""Zadarma's own side of its notifications. Source: zadarma/openapi, zadarma/user-api-v1 (README.md, "Sources")."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from telephony.domain.events import CallStatus
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
from telephony.vendors.zadarma.signing import SIGNED, signature
from telephony.vendors.zadarma.simulator.api import ZadarmaApi, file_id

DISPOSITIONS = {
    CallStatus.ANSWERED: ("answered", 16),
    CallStatus.NO_ANSWER: ("no answer", 19),
    CallStatus.BUSY: ("busy", 17),
}
ANSWERS = {"caller_name", "redirect", "return_timeout"}


class ZadarmaPbx(SimulatedPbx):
    """Signs urlencoded forms. `ends` sends no NOTIFY_ANSWER: many cabinets have it switched off."""

    slug = "zadarma"
    example_settings = {"api_key": "key", "secret": "secret"}
    scenarios = frozenset(Scenario) - {Scenario.TRANSFERRED, Scenario.INTERNAL}
    variants = ("default", "ends")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._api = ZadarmaApi(self)

    def call_id(self, call: ScriptedCall) -> str:
        return f"{'out' if call.is_outgoing else 'in'}_{call.token}"

    def messages(self, call: ScriptedCall) -> list[Message]:
        outgoing = call.is_outgoing
        sent = [self._message(call, "NOTIFY_OUT_START" if outgoing else "NOTIFY_START", 0)]
        sent += [told for step in call.steps for told in self._step(call, step, outgoing=outgoing)]
        return sent

    def expected(self, call: ScriptedCall) -> Expected:
        return everything(call, external_id=self.call_id(call), recording=file_id(call))

    def complaint_about(self, answer: Any) -> str:
        """Only NOTIFY_START's answer is read."""
        if not isinstance(answer, dict) or set(answer) - ANSWERS:
            return "the answer has fields that nothing reads"
        texts = (answer.get(name, "-") for name in ("caller_name", "redirect"))
        return "" if all(isinstance(text, str) and text for text in texts) else "a name or an extension is no text"

    def answer(self, request: ApiRequest) -> ApiAnswer:
        return self._api.answer(request)

    def _step(self, call: ScriptedCall, step: Step, *, outgoing: bool) -> list[Message]:
        extension = {"internal": step.employee.extension} if step.employee else {}
        if step.kind is StepKind.RING and not outgoing:
            return [self._message(call, "NOTIFY_INTERNAL", step.after, **extension)]
        if step.kind is StepKind.ANSWER and self.variant == "default":
            whom = {} if outgoing else {**extension, "destination": extension["internal"]}
            return [self._message(call, "NOTIFY_ANSWER", step.after, **whom)]
        if step.kind is StepKind.HANG_UP:
            return [self._message(call, "NOTIFY_OUT_END" if outgoing else "NOTIFY_END", step.after, **_outcome(call))]
        if step.kind is StepKind.RECORDING:
            return [self._message(call, "NOTIFY_RECORD", step.after, call_id_with_rec=file_id(call))]
        return []

    def _message(self, call: ScriptedCall, event: str, after: int, **facts: str) -> Message:
        local = call.started_at.astimezone(self.time_zone)
        form = {"event": event, "call_start": f"{local:%Y-%m-%d %H:%M:%S}", "pbx_call_id": self.call_id(call)}
        form |= {**_parties(call), **facts}
        sign = signature(str(self.settings["secret"]), "".join(form.get(name, "") for name in SIGNED[event]))
        label = " ".join(filter(None, (event, form.get("internal"))))
        message = Message.form(form, after=after, label=label, asks=event == "NOTIFY_START")
        return replace(message, headers={**message.headers, "Signature": sign})


def _parties(call: ScriptedCall) -> dict[str, str]:
    if call.is_outgoing:
        return {"internal": call.own, "destination": call.outside, "caller_id": call.line}
    return {"caller_id": call.outside, "called_did": call.line}


def _outcome(call: ScriptedCall) -> dict[str, str]:
    disposition, cause = DISPOSITIONS[call.status]
    recorded = {"call_id_with_rec": file_id(call)} if call.is_recorded else {}
    return {
        "internal": call.last,
        "duration": str(call.talk_seconds),
        "disposition": disposition,
        "status_code": str(cause),
        "is_recorded": str(int(call.is_recorded)),
        **recorded,
    }
