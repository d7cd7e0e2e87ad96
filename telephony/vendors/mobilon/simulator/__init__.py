"""Mobilon's own side of its webhook. Source: "API & webhooks" (README.md, "Sources"); the JSON form: README.md."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from telephony.domain.events import CallStatus, Direction, LegRole
from telephony.vendors.mobilon.simulator.api import answer_api, record_path
from telephony.vendors.simulated import (
    Employee,
    Expected,
    ExpectedLeg,
    Message,
    Scenario,
    ScriptedCall,
    SimulatedPbx,
    Step,
    StepKind,
    everything,
)

DIRECTIONS = {Direction.INCOMING: "incoming", Direction.OUTGOING: "external", Direction.INTERNAL: "internal"}
STATES = {StepKind.RING: "PREANSWER", StepKind.ANSWER: "ANSWER", StepKind.HANG_UP: "HANGUP"}
TOKEN_IN_LINKS = "simulated-token"  # noqa: S105
"""Mobilon writes the account's token into its links; the real one is not ours to send about."""
END_LAG = 1


class MobilonPbx(SimulatedPbx):
    """Sends JSON events; `query` has the same fields in the address, `template` only tells that a phone rings."""

    slug = "mobilon"
    example_settings = {"token": "token"}
    scenarios = frozenset(Scenario) - {Scenario.TRANSFERRED}
    variants = ("json", "query", "template")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        if self.variant == "template":
            self.names_by_key = True
            self.scenarios = frozenset({Scenario.ANSWERED, Scenario.MISSED, Scenario.BUSY, Scenario.GROUP})

    def call_id(self, call: ScriptedCall) -> str:
        return call.order_id or f"{call.unix(0)}.{call.serial}"

    def messages(self, call: ScriptedCall) -> list[Message]:
        if self.variant == "template":
            return [_ring(call, step.after, step.employee) for step in call.of_kind(StepKind.RING) if step.employee]
        sent = [self._event(call, "START", 0, self._parties(call, None))]
        if call.order_id and call.caller:
            rings = {"from": "CallAPI", "to": call.caller.extension, "userkey": call.caller.key}
            sent.append(self._event(call, "PREANSWER", 0, rings))
        for step in call.steps:
            if step.kind is StepKind.HANG_UP:
                sent.append(self._event(call, "HANGUP", step.after, self._outcome(call)))
                sent.append(self._event(call, "END", step.after + END_LAG, self._parties(call, None)))
            elif step.kind in STATES:
                sent.append(self._event(call, STATES[step.kind], step.after, self._parties(call, step)))
        return sent

    def expected(self, call: ScriptedCall) -> Expected:
        call_id = self.call_id(call)
        expected = everything(call, external_id=call_id, recording=call_id)
        if self.variant == "template":
            legs = tuple(replace(_rang(leg), key=self._key(leg), extension="") for leg in expected.legs)
            statuses = frozenset({CallStatus.RINGING, CallStatus.UNKNOWN})  # Nothing tells of the end.
            return replace(
                expected,
                external_id="",
                statuses=statuses,
                our_number="",
                talk_seconds=None,
                legs=legs,
                recording="",
            )
        # `callstatus` comes only with a call that was answered: every other one is missed.
        statuses = expected.statuses if call.answered_after is not None else frozenset({CallStatus.NO_ANSWER})
        told = call.our_number if call.direction is Direction.INCOMING else ""
        # Who calls a colleague is named by number alone.
        keyless = LegRole.CALLING if call.direction is Direction.INTERNAL else None
        legs = tuple(leg if leg.role is keyless else replace(leg, key=self._key(leg)) for leg in expected.legs)
        return replace(expected, statuses=statuses, our_number=told, legs=legs)

    answer = answer_api

    def _key(self, leg: ExpectedLeg) -> str:
        employee = self.employee(leg.extension)
        return employee.key if employee else ""

    def _parties(self, call: ScriptedCall, step: Step | None) -> dict[str, str]:
        """`from` and `to` as Mobilon fills them: on a ring or an answer, `to` is the extension."""
        employee = step.employee if step else None
        if call.direction is Direction.OUTGOING and call.caller:
            caller = "CallAPI" if call.order_id and step is None else call.caller.extension
            return {"from": caller, "to": _national(call.client), "userkey": call.caller.key}
        if call.direction is Direction.INTERNAL and call.caller:
            called = employee or call.rung[0]
            parties = {"from": call.caller.extension, "to": called.extension}
        else:
            called_number = employee.extension if employee else call.line
            parties = {"from": _national(call.client), "to": called_number}
        return parties | ({"userkey": employee.key} if employee else {})

    def _outcome(self, call: ScriptedCall) -> dict[str, str]:
        fields = self._parties(call, None) | {"duration": str(call.talk_seconds)}
        if call.answered_after is not None:
            fields["callstatus"] = "ANSWER"
        if call.is_recorded:
            fields["recordUrl"] = record_path(TOKEN_IN_LINKS, self.call_id(call))
        return fields

    def _event(self, call: ScriptedCall, state: str, after: int, facts: dict[str, str]) -> Message:
        fields: dict[str, str | int] = {
            "uuid": self.call_id(call),
            "state": state,
            "direction": DIRECTIONS[call.direction],
            "time": call.unix(after),
            **{name: value for name, value in facts.items() if value},
        }
        label = f"{state} {fields['from']} > {fields['to']}"
        made = Message.get if self.variant == "query" else Message.json
        return made(fields, after=after, label=label)


def _ring(call: ScriptedCall, after: int, employee: Employee) -> Message:
    asked = {"number": _national(call.client), "key": employee.key}
    return Message.get(asked, after=after, label=f"ring of {employee.extension}")


def _rang(leg: ExpectedLeg) -> ExpectedLeg:
    return replace(leg, answered=False, talk_seconds=None, is_transfer=False)


def _national(number: str) -> str:
    """A Russian number with 8, as Mobilon writes it."""
    return "8" + number[2:] if number.startswith("+7") else number.lstrip("+")
