"""What the PBXs of all vendors send, sorted by what it does to a call. Needs Django set up: vendors have forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from telephony.domain.events import EventKind, Parsed
from telephony.domain.hooks import Hook
from telephony.simulator.scenarios import Lengths, Scriptwriter
from telephony.vendors import get_vendor
from telephony.vendors.simulated import Employee, Message, Scenario, ScriptedCall, SimulatedPbx
from tests.vendors.payloads import profile

LENGTHS = Lengths(ring=(1, 1), talk=(15, 15), give_up=(2, 2), recording=(1, 1))
"""A talk: what is shorter than TELEPHONY_GHOST_TALK_SECONDS counts as none. And all times are close to now: a ring that
was long ago makes no card."""
BEGAN = timedelta(seconds=20)
"""So long ago."""
PEOPLE = [Employee(extension=str(number), key=f"key{number}") for number in range(101, 106)]
KINDS = {
    EventKind.LEG_RINGING: "phone rings",
    EventKind.ANSWERED: "answer",
    EventKind.LEG_ENDED: "phone stops",
    EventKind.RECORDING_READY: "recording",
}
DUPLICATE = "duplicate"
AGAIN = "start again"
"""Some calls of Sipuni's tell twice that they began; those are left out."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Messages of one kind, one for each call; the stages of a call come one after another."""

    kind: str
    messages: Sequence[Message]


class Pbx:
    """One vendor's PBX, of which a connection's settings are known."""

    def __init__(self, vendor: str, settings: dict[str, Any]) -> None:
        self._vendor, self._profile = get_vendor(vendor), profile(**settings)
        self._pbx: SimulatedPbx = self._vendor.simulator()(
            settings=settings, time_zone=ZoneInfo("Europe/Moscow"), employees=PEOPLE
        )

    def stages(self, count: int, clients: Sequence[str] = (), scenario: Scenario = Scenario.GROUP) -> list[Stage]:
        """So many calls of the same course: three phones ring where the PBX tells of them, one answers.

        Without `clients` nobody knows the callers. The last stage repeats messages that are there already.
        """
        scenario = scenario if scenario in self._pbx.scenarios else Scenario.ANSWERED
        writer = Scriptwriter(
            seed=None, scenarios=[scenario], employees=PEOPLE, clients=clients, our_numbers=("+74951234567",),
            lengths=LENGTHS,
        )  # fmt: skip
        by_course: dict[tuple[str, ...], list[list[Message]]] = {}
        now = datetime.now(UTC) - BEGAN
        while True:
            messages = self._pbx.messages(self._kept(writer.write(started_at=now)))
            course = self._course(messages)
            if AGAIN in course:
                continue
            calls = by_course.setdefault(course, [])
            calls.append(messages)
            if len(calls) == count:
                return self._sorted(course, calls)

    def complaint(self, message: Message, status: int, body: bytes) -> str:
        """What the PBX finds wrong with our answer; empty if nothing."""
        return self._pbx.complaint(message, status, body)

    def _kept(self, call: ScriptedCall) -> ScriptedCall:
        """A call that the PBX's own API could be asked for."""
        self._pbx.journal.add(self._pbx.call_id(call), call)
        return call

    def _course(self, messages: Sequence[Message]) -> tuple[str, ...]:
        read = [self._read(message) for message in messages]
        kinds = []
        for place, parsed in enumerate(read):
            is_first = not any(earlier.events for earlier in read[:place])
            kinds.append(_kind(parsed, is_first=is_first))
        return tuple(kinds)

    def _read(self, message: Message) -> Parsed:
        headers = {name.lower(): value for name, value in message.headers.items()}
        hook = Hook(
            method=message.method, query=message.query.encode(), headers=headers, body=message.body,
            received_at=datetime.now(UTC), tail=message.tail.lstrip("/"),
        )  # fmt: skip
        return self._vendor.parse(hook, self._profile)

    def _sorted(self, course: Sequence[str], calls: list[list[Message]]) -> list[Stage]:
        stages = [Stage(kind, messages) for kind, messages in zip(course, zip(*calls, strict=True), strict=True)]
        # A PBX that tells of neither sends what it has once more.
        told = [stage for stage in stages if stage.kind in ("phone rings", "answer")]
        repeated = (told or stages)[-1]
        return [*stages, replace(repeated, kind=DUPLICATE)]


def _kind(parsed: Parsed, *, is_first: bool) -> str:
    if parsed.asks_about is not None:
        return "START that asks" if parsed.events else "contact that asks"
    if not parsed.events:
        return "nothing new"
    event = parsed.events[0]
    if is_first:
        return "new call"
    if event.kind is EventKind.ENDED:
        return "end with recording" if event.recording_link or event.recording_reference else "end"
    return KINDS.get(event.kind, AGAIN)
