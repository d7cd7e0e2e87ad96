"""UIS' own side of its notifications, as our templates ask for them. Source: README.md, "Sources"."""

from __future__ import annotations

from dataclasses import replace
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
from telephony.vendors.uis.simulator.api import answer_api, record_path
from telephony.vendors.uis.simulator.notice import bare, filled_in, key_of


class UisPbx(SimulatedPbx):
    """Fills in our own eight templates; `few` sends only incoming, outgoing, talk_started and ended."""

    slug = "uis"
    scenarios = frozenset(Scenario) - {Scenario.INTERNAL}
    example_settings = {"access_token": "token"}
    variants = ("all", "few")
    FEW = ("incoming", "outgoing", "talk_started", "ended")

    def call_id(self, call: ScriptedCall) -> str:
        return call.order_id or str(1_170_000_000 + int(call.token[:7], 16))

    def messages(self, call: ScriptedCall) -> list[Message]:
        sent = [filled_in(self, call, "outgoing" if call.is_outgoing else "incoming", 0, employee=call.caller)]
        if not call.is_outgoing:
            sent.append(self._question(call))
        for step in call.steps:
            sent += self._of_step(call, step)
        return [message for message in sent if message.asks or self._is_sent(message)]

    def expected(self, call: ScriptedCall) -> Expected:
        expected = everything(call, external_id=self.call_id(call), recording=self._link(call))
        if call.answered_after is None:
            # No notification tells a busy phone from one that was not picked up.
            expected = replace(expected, statuses=frozenset({CallStatus.NO_ANSWER}))
        people = {leg.extension: Employee(extension=leg.extension) for leg in expected.legs}
        people |= {one.extension: one for one in (*self.employees, *call.rung, call.caller) if one}
        legs = tuple(replace(leg, key=key_of(people[leg.extension])) for leg in expected.legs)
        if self.variant == "few":
            legs = tuple(
                replace(leg, talk_seconds=None, extension=leg.extension if leg.role == "calling" else "")
                for leg in legs
                if leg.answered or leg.role == "calling"
            )
            expected = replace(expected, recording="")
        return replace(expected, legs=legs)

    answer = answer_api

    def complaint_about(self, answer: Any) -> str:
        """Only the scenario reads the answer."""
        is_known = isinstance(answer, dict) and set(answer) & {"phones", "returned_code"}
        return "" if is_known else "the answer names neither phones nor a returned_code"

    def _link(self, call: ScriptedCall) -> str:
        return f"{self.api_url}{record_path(self.call_id(call), call.token)}"

    def _is_sent(self, message: Message) -> bool:
        return self.variant == "all" or message.label.split()[0] in self.FEW

    def _of_step(self, call: ScriptedCall, step: Step) -> list[Message]:
        if step.kind in (StepKind.RING, StepKind.ANSWER):
            name = "ringing" if step.kind is StepKind.RING else "talk_started"
            return [filled_in(self, call, name, step.after, employee=step.employee or call.caller)]
        if step.kind is StepKind.LEAVE:
            return [self._talk_ended(call, step.employee, step.after)]
        if step.kind is StepKind.HANG_UP:
            return self._ended(call, step.after)
        file = {"file_link": self._link(call), "file_duration": call.talk_seconds}
        return [filled_in(self, call, "recorded", step.after, employee=call.last_employee, **file)]

    def _talk_ended(self, call: ScriptedCall, employee: Employee | None, after: int) -> Message:
        since = next(step.after for step in call.of_kind(StepKind.ANSWER) if step.employee in (employee, None))
        return filled_in(self, call, "talk_ended", after, employee=employee, talk_time_duration=after - since)

    def _ended(self, call: ScriptedCall, after: int) -> list[Message]:
        left = [step.employee for step in call.of_kind(StepKind.LEAVE)]
        answered = [step.employee or call.caller for step in call.of_kind(StepKind.ANSWER)]
        sent = [self._talk_ended(call, one, after) for one in answered if one and one not in left]
        talked, is_lost = call.talk_seconds, call.answered_after is None and call.direction is Direction.INCOMING
        facts: dict[str, Any] = {
            "talk_time_duration": talked,
            "total_time_duration": after,
            "wait_time_duration": after if call.answered_after is None else call.answered_after,
            "is_lost": is_lost,
            "tag_names": [],
        }
        if is_lost:
            rang = [bare(key_of(one)) for one in call.rung]
            sent.append(filled_in(self, call, "lost", after, employee_ids=rang, wait_time_duration=after))
        who = call.last_employee if talked or call.caller else None
        return [*sent, filled_in(self, call, "ended", after, employee=who, **facts)]

    def _question(self, call: ScriptedCall) -> Message:
        asked = {"call_session_id": self.call_id(call), "cdr_id": call.serial, "start_time": call.unix(0)}
        asked |= {"numa": call.outside, "numb": call.line}
        return Message.json(asked, after=0, label="interactive", asks=True)
