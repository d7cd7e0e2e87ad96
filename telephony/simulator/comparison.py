"""What a receiver made of a call, held against what was played."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from telephony.domain.numbers import last_digits
from telephony.vendors.simulated import Expected, ExpectedLeg


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A received call. Its legs in any order; every leg's `talk_seconds` as computed."""

    external_id: str
    direction: str
    status: str
    client: str
    our_number: str
    talk_seconds: int | None
    legs: Sequence[ExpectedLeg]
    recordings: Collection[str]
    conflicts: Sequence[str] = ()


def differences(expected: Expected, seen: Seen) -> list[str]:
    """One sentence a difference; what the PBX did not tell (empty, None) is not compared."""
    found = []
    if expected.external_id and seen.external_id != expected.external_id:
        found.append(_differs("call id", expected.external_id, seen.external_id))
    if seen.direction != expected.direction:
        found.append(_differs("direction", expected.direction, seen.direction))
    if seen.status not in expected.statuses:
        found.append(_differs("status", " or ".join(sorted(expected.statuses)), seen.status))
    if seen.client != expected.client:
        found.append(_differs("client", expected.client, seen.client))
    if expected.our_number and last_digits(seen.our_number) != last_digits(expected.our_number):
        found.append(_differs("our number", expected.our_number, seen.our_number))
    if expected.talk_seconds is not None and seen.talk_seconds != expected.talk_seconds:
        found.append(_differs("talk seconds", expected.talk_seconds, seen.talk_seconds))
    wanted = {expected.recording} if expected.recording else set()
    if set(seen.recordings) != wanted:
        found.append(_differs("recording", expected.recording or "none", ", ".join(seen.recordings) or "none"))
    if seen.conflicts:
        found.append(_differs("contradictions", "none", ", ".join(seen.conflicts)))
    return found + _leg_differences(expected.legs, seen.legs)


def _leg_differences(expected: Sequence[ExpectedLeg], seen: Sequence[ExpectedLeg]) -> list[str]:
    by_phone = {(leg.role, leg.extension, leg.key): leg for leg in seen}
    found = []
    for leg in expected:
        there = by_phone.pop((leg.role, leg.extension, leg.key), None)
        name = f"leg {leg.extension or leg.key}"
        if there is None:
            found.append(_differs(name, leg.role, "no such leg"))
            continue
        if there.answered != leg.answered:
            found.append(_differs(name, _answered(leg), _answered(there)))
        if leg.talk_seconds is not None and there.talk_seconds != leg.talk_seconds:
            found.append(_differs(f"{name} talk seconds", leg.talk_seconds, there.talk_seconds))
        if there.is_transfer != leg.is_transfer:
            found.append(_differs(f"{name} is a transfer", leg.is_transfer, there.is_transfer))
    return found + [_differs(f"leg {leg.extension or leg.key}", "no such leg", leg.role) for leg in by_phone.values()]


def _answered(leg: ExpectedLeg) -> str:
    return "answered" if leg.answered else "not answered"


def _differs(what: str, expected: object, seen: object) -> str:
    return f"{what}: expected {expected}, got {seen}"
