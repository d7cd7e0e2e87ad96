"""Mango's own side of its events. Source: "VPBX API 1.9" (README.md, "Sources")."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

from telephony.domain.events import CallStatus
from telephony.vendors.mango.signing import signature
from telephony.vendors.mango.simulator.api import MangoApi, file_id
from telephony.vendors.mango.simulator.call import ToldCall
from telephony.vendors.simulated import (
    ApiAnswer,
    ApiRequest,
    Expected,
    Message,
    Scenario,
    ScriptedCall,
    SimulatedPbx,
    everything,
)


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
        events = ToldCall(call, entry_id=self.call_id(call), envelope=self.message)
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
        form = {"vpbx_api_key": key, "sign": sign, "json": text}
        return Message.form(form, after=after, label=f"{tail} {label}".strip(), tail=tail)
