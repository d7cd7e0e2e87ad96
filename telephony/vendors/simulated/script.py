"""A call as it is played, and what a receiver should know of it afterwards. Knows no vendor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from telephony.domain.events import CallStatus, Direction, LegRole


class Scenario(StrEnum):
    """What may happen in a call; the choices of `simulate calls --scenario`."""

    ANSWERED = "answered"
    MISSED = "missed"
    BUSY = "busy"
    GROUP = "group"
    TRANSFERRED = "transferred"
    OUTGOING = "outgoing"
    OUTGOING_MISSED = "outgoing_missed"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Employee:
    """A phone of the company: its internal number and, where the PBX has one, its key."""

    extension: str
    key: str = ""


class StepKind(StrEnum):
    RING = "ring"
    ANSWER = "answer"
    LEAVE = "leave"
    """The employee leaves a call that goes on with `stays`: an attended transfer is done."""
    HANG_UP = "hang_up"
    RECORDING = "recording"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens, whole seconds after the start of the call."""

    kind: StepKind
    after: int
    employee: Employee | None = None
    stays: Employee | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedCall:
    """One whole call. Numbers are in E.164; `client` is empty in an internal call."""

    scenario: Scenario
    token: str
    """40 hexadecimal digits, different in every call: what a vendor makes its call id of."""
    serial: int
    """Different in every call of a run; at most six digits."""
    direction: Direction
    client: str
    our_number: str
    started_at: datetime
    """Aware, whole seconds."""
    steps: tuple[Step, ...]
    """In order of time; one of them is HANG_UP."""
    status: CallStatus
    caller: Employee | None = None
    """The employee who calls, in an outgoing or internal call."""
    order_id: str = ""
    """What the PBX's API answered to the order, if the call was ordered through it."""

    def moment(self, after: int) -> datetime:
        return self.started_at + timedelta(seconds=after)

    def unix(self, after: int) -> int:
        return int(self.moment(after).timestamp())

    def of_kind(self, kind: StepKind) -> list[Step]:
        return [step for step in self.steps if step.kind is kind]

    @property
    def rung(self) -> list[Employee]:
        return [step.employee for step in self.of_kind(StepKind.RING) if step.employee]

    @property
    def answered_after(self) -> int | None:
        return min((step.after for step in self.of_kind(StepKind.ANSWER)), default=None)

    @property
    def ended_after(self) -> int:
        return self.of_kind(StepKind.HANG_UP)[0].after

    @property
    def talk_seconds(self) -> int:
        return 0 if self.answered_after is None else self.ended_after - self.answered_after

    @property
    def outside(self) -> str:
        """The client's number without its plus, as most PBXs write it."""
        return self.client.removeprefix("+")

    @property
    def line(self) -> str:
        """Our number, written so."""
        return self.our_number.removeprefix("+")

    @property
    def is_outgoing(self) -> bool:
        return self.direction is Direction.OUTGOING

    @property
    def own(self) -> str:
        """The internal number of the employee who calls; empty in an incoming call."""
        return self.caller.extension if self.caller else ""

    @property
    def last(self) -> str:
        """The internal number of `last_employee`."""
        return self.last_employee.extension if self.last_employee else ""

    @property
    def is_recorded(self) -> bool:
        return bool(self.of_kind(StepKind.RECORDING))

    @property
    def last_employee(self) -> Employee | None:
        """Who talked last; in a call that nobody answered, whose phone rang last, or who called."""
        answers = [step.employee for step in self.of_kind(StepKind.ANSWER) if step.employee]
        called = answers or self.rung
        return called[-1] if called else self.caller


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedLeg:
    role: LegRole
    extension: str
    key: str
    answered: bool
    talk_seconds: int | None
    """None where the messages don't tell exactly."""
    is_transfer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a receiver has to know of a call after all its messages; empty and None where none of them tells."""

    external_id: str
    direction: Direction
    statuses: frozenset[CallStatus]
    """Any of these is right."""
    client: str
    our_number: str
    talk_seconds: int | None
    legs: tuple[ExpectedLeg, ...]
    recording: str
    """The link, or the reference to ask for it by."""


def everything(call: ScriptedCall, *, external_id: str, recording: str) -> Expected:
    """All that happened, as a PBX would tell it whose messages carry everything but the employees' keys.

    `recording` counts only if the call is recorded.
    """
    return Expected(
        external_id=external_id,
        direction=call.direction,
        statuses=frozenset({call.status}),
        client=call.client,
        our_number=call.our_number,
        talk_seconds=call.talk_seconds,
        legs=_legs(call),
        recording=recording if call.is_recorded else "",
    )


def _legs(call: ScriptedCall) -> tuple[ExpectedLeg, ...]:
    """Who calls talks from the first answer to the end; who is called, from the own answer until leaving."""
    legs = []
    if call.caller:
        legs.append(_leg(call, call.caller, LegRole.CALLING, call.answered_after))
    answers = {step.employee: step.after for step in call.of_kind(StepKind.ANSWER)}
    legs += [_leg(call, employee, LegRole.CALLED, answers.get(employee)) for employee in call.rung]
    return tuple(legs)


def _leg(call: ScriptedCall, employee: Employee, role: LegRole, answered_after: int | None) -> ExpectedLeg:
    left = next((step.after for step in call.of_kind(StepKind.LEAVE) if step.employee == employee), call.ended_after)
    rang = next((step.after for step in call.of_kind(StepKind.RING) if step.employee == employee), 0)
    first_answer = call.answered_after
    return ExpectedLeg(
        role=role,
        extension=employee.extension,
        key="",
        answered=answered_after is not None,
        talk_seconds=None if answered_after is None else left - answered_after,
        is_transfer=role is LegRole.CALLED and first_answer is not None and first_answer < rang,
    )
