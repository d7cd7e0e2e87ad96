"""Writes calls to play: who calls whom, what happens, and when. The same seed writes the same calls."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from telephony.domain.events import CallStatus, Direction
from telephony.vendors.simulated import Employee, Scenario, ScriptedCall, Step, StepKind

MIX = {
    Scenario.ANSWERED: 40,
    Scenario.MISSED: 15,
    Scenario.BUSY: 4,
    Scenario.GROUP: 12,
    Scenario.TRANSFERRED: 6,
    Scenario.OUTGOING: 16,
    Scenario.OUTGOING_MISSED: 5,
    Scenario.INTERNAL: 2,
}
"""How often each comes in mixed traffic."""
OUR_NUMBERS = ("+74951234567", "+78123094455")
EMPLOYEES = tuple(Employee(extension=str(number), key=f"sim{number}key") for number in (101, 102, 103, 104))
GROUP_SIZE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """Seconds, each from shortest to longest."""

    ring: tuple[int, int] = (2, 12)
    talk: tuple[int, int] = (5, 90)
    give_up: tuple[int, int] = (8, 30)
    recording: tuple[int, int] = (1, 4)
    """From the end until the recording is ready."""


class Scriptwriter:
    """Writes one PBX's calls.

    `clients` are E.164 numbers that call and are called, in an order drawn anew for each round; without
    them numbers are made up, none twice. Raises ValueError for scenarios that need more employees.
    """

    def __init__(
        self,
        *,
        seed: object,
        scenarios: Iterable[Scenario],
        employees: Sequence[Employee] = EMPLOYEES,
        clients: Sequence[str] = (),
        our_numbers: Sequence[str] = OUR_NUMBERS,
        lengths: Lengths | None = None,
    ) -> None:
        self._random = random.Random(None if seed is None else str(seed))
        self._lock = Lock()
        self._employees = tuple(employees)
        self._scenarios = [one for one in scenarios if len(self._employees) >= _employees_needed(one)]
        if not self._scenarios:
            raise ValueError("No scenario is left to play: name more extensions, or other scenarios.")
        self._our_numbers = tuple(our_numbers)
        self._lengths = lengths or Lengths()
        self._serial = self._random.randrange(10_000, 500_000)
        self._clients = self._rounds_of(clients) if clients else self._made_up()

    def write(self, *, started_at: datetime, scenario: Scenario | None = None, client: str = "") -> ScriptedCall:
        """The next call; its start is cut to whole seconds. Its scenario and client are drawn, if not given."""
        weights = [MIX[one] for one in self._scenarios]
        scenario = scenario or self._random.choices(self._scenarios, weights)[0]
        return self._write(scenario, started_at, client=client)

    def write_order(self, *, started_at: datetime, caller: Employee, client: str, order_id: str) -> ScriptedCall:
        """The outgoing call that somebody ordered through the PBX's API; it is answered."""
        return self._write(Scenario.OUTGOING, started_at, caller=caller, client=client, order_id=order_id)

    def _write(
        self,
        scenario: Scenario,
        started_at: datetime,
        *,
        caller: Employee | None = None,
        client: str = "",
        order_id: str = "",
    ) -> ScriptedCall:
        with self._lock:  # The feeder and orders through the API write at once.
            return self._write_next(scenario, started_at, caller, client, order_id)

    def _write_next(
        self, scenario: Scenario, started_at: datetime, caller: Employee | None, client: str, order_id: str
    ) -> ScriptedCall:
        people = self._random.sample(self._employees, len(self._employees))
        self._serial = (self._serial + 1) % 1_000_000
        started_at = started_at.replace(microsecond=0)
        token = f"{self._random.random()}:{self._serial}:{started_at.isoformat()}"
        direction = _DIRECTIONS.get(scenario, Direction.INCOMING)
        if direction is not Direction.INTERNAL:
            client = client or next(self._clients)
        return ScriptedCall(
            scenario=scenario,
            token=hashlib.sha1(token.encode(), usedforsecurity=False).hexdigest(),
            serial=self._serial,
            direction=direction,
            client=client,
            our_number=self._random.choice(self._our_numbers) if client else "",
            started_at=started_at,
            steps=tuple(_STEPS[scenario](self, people)),
            status=_OUTCOMES.get(scenario, CallStatus.ANSWERED),
            caller=(caller or people[0]) if direction is not Direction.INCOMING else None,
            order_id=order_id,
        )

    def _between(self, limits: tuple[int, int]) -> int:
        return self._random.randint(*limits)

    def _answered(self, people: list[Employee]) -> Iterator[Step]:
        yield from self._ring_and_talk(people[:1], people[0])

    def _group(self, people: list[Employee]) -> Iterator[Step]:
        group = people[:GROUP_SIZE]
        yield from self._ring_and_talk(group, self._random.choice(group))

    def _ring_and_talk(self, group: list[Employee], answering: Employee) -> Iterator[Step]:
        for employee in group:
            yield Step(kind=StepKind.RING, after=1, employee=employee)
        answered = 1 + self._between(self._lengths.ring)
        yield Step(kind=StepKind.ANSWER, after=answered, employee=answering)
        yield from self._finish(answered + self._between(self._lengths.talk))

    def _missed(self, people: list[Employee]) -> Iterator[Step]:
        yield Step(kind=StepKind.RING, after=1, employee=people[0])
        yield Step(kind=StepKind.HANG_UP, after=1 + self._between(self._lengths.give_up))

    def _busy(self, people: list[Employee]) -> Iterator[Step]:
        yield Step(kind=StepKind.RING, after=1, employee=people[0])
        yield Step(kind=StepKind.HANG_UP, after=2)

    def _transferred(self, people: list[Employee]) -> Iterator[Step]:
        first, second = people[:2]
        yield Step(kind=StepKind.RING, after=1, employee=first)
        at = 1 + self._between(self._lengths.ring)
        yield Step(kind=StepKind.ANSWER, after=at, employee=first)
        at += self._between(self._lengths.talk)
        yield Step(kind=StepKind.RING, after=at, employee=second)
        at += self._between(self._lengths.ring)
        yield Step(kind=StepKind.ANSWER, after=at, employee=second)
        at += self._between(self._lengths.talk)
        yield Step(kind=StepKind.LEAVE, after=at, employee=first, stays=second)
        yield from self._finish(at + self._between(self._lengths.talk))

    def _outgoing(self, people: list[Employee]) -> Iterator[Step]:
        answered = 1 + self._between(self._lengths.ring)
        yield Step(kind=StepKind.ANSWER, after=answered)
        yield from self._finish(answered + self._between(self._lengths.talk))

    def _outgoing_missed(self, people: list[Employee]) -> Iterator[Step]:
        yield Step(kind=StepKind.HANG_UP, after=self._between(self._lengths.give_up))

    def _internal(self, people: list[Employee]) -> Iterator[Step]:
        yield Step(kind=StepKind.RING, after=0, employee=people[1])
        answered = self._between(self._lengths.ring)
        yield Step(kind=StepKind.ANSWER, after=answered, employee=people[1])
        yield Step(kind=StepKind.HANG_UP, after=answered + self._between(self._lengths.talk))

    def _finish(self, after: int) -> Iterator[Step]:
        yield Step(kind=StepKind.HANG_UP, after=after)
        yield Step(kind=StepKind.RECORDING, after=after + self._between(self._lengths.recording))

    def _rounds_of(self, clients: Sequence[str]) -> Iterator[str]:
        while True:
            yield from self._random.sample(clients, len(clients))

    def _made_up(self) -> Iterator[str]:
        """Mobile numbers one after another, from a place that depends on the seed."""
        number = self._random.randrange(10**7)
        while True:
            number = (number + 7919) % 10**7
            yield f"+7916{number:07}"


def _employees_needed(scenario: Scenario) -> int:
    return {Scenario.GROUP: 2, Scenario.TRANSFERRED: 2, Scenario.INTERNAL: 2}.get(scenario, 1)


_DIRECTIONS = {
    Scenario.OUTGOING: Direction.OUTGOING,
    Scenario.OUTGOING_MISSED: Direction.OUTGOING,
    Scenario.INTERNAL: Direction.INTERNAL,
}
_OUTCOMES = {
    Scenario.MISSED: CallStatus.NO_ANSWER,
    Scenario.OUTGOING_MISSED: CallStatus.NO_ANSWER,
    Scenario.BUSY: CallStatus.BUSY,
}
_STEPS: dict[Scenario, Callable[[Scriptwriter, list[Employee]], Iterator[Step]]] = {
    Scenario.ANSWERED: Scriptwriter._answered,
    Scenario.MISSED: Scriptwriter._missed,
    Scenario.BUSY: Scriptwriter._busy,
    Scenario.GROUP: Scriptwriter._group,
    Scenario.TRANSFERRED: Scriptwriter._transferred,
    Scenario.OUTGOING: Scriptwriter._outgoing,
    Scenario.OUTGOING_MISSED: Scriptwriter._outgoing_missed,
    Scenario.INTERNAL: Scriptwriter._internal,
}
