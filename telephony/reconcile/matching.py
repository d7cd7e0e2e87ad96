"""Which row of a PBX's list is which call here. Pure.

By the PBX's id where both have it; else by number, direction and time, one to one: of all assignments in the order of
time the one that is nearest. Where a second assignment is about as near, nothing is decided: the row is unclear.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from telephony.domain.events import Direction
from telephony.domain.listed_call import CLOCKS, UNTIL_HEARD, PbxCall

CLEAR_IF_TOLD = 2.0
CLEAR = 5.0
"""Seconds by which an assignment has to be nearer than another one to be believed."""
TALK_SLACK = 3
MOST_FOR_TALK = 60.0
_UNMATCHED = 10_000.0
"""Costs more than any distance: as many as possible are matched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A row of a list; `tied_to` is the call that it was imported into earlier."""

    pk: int
    call: PbxCall
    tied_to: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A call here."""

    pk: int
    external_id: str
    """The PBX's; empty if it sent none."""
    client_match: str
    direction: str
    started_at: datetime
    start_is_told: bool
    """A message told of the start itself; else it is the time of whatever message came first."""
    talk_seconds: int | None = None
    phones: frozenset[str] = frozenset()
    is_listed_only: bool = False
    """No message told of it, only a list."""


@dataclass(slots=True, kw_only=True)
class Matching:
    """Primary keys of rows and calls."""

    pairs: dict[int, int] = field(default_factory=dict)
    """Row to call."""
    replaced: dict[int, int] = field(default_factory=dict)
    """Row to the call that was made of it before its messages came: it gives way to the one in `pairs`."""
    unclear: set[int] = field(default_factory=set)
    """Rows that are not believed to be what `pairs` says, or could be one of several calls."""


def match(rows: Sequence[Listed], calls: Iterable[Known]) -> Matching:
    """Every row with at most one call, every call with at most one row."""
    found = Matching()
    by_pk = {call.pk: call for call in calls}
    by_id = {call.external_id: call for call in by_pk.values() if call.external_id}
    made_of: dict[int, Known] = {}
    for row in rows:
        tied = by_pk.get(row.tied_to or 0)
        call = tied if tied is not None and not tied.is_listed_only else by_id.get(row.call.call_id) or tied
        if call is None or call.pk in found.pairs.values():
            continue
        if call.is_listed_only:
            made_of[row.pk] = call
        else:
            found.pairs[row.pk] = call.pk
    _match_by_time(rows, [call for call in by_pk.values() if not call.is_listed_only], found)
    for row_pk, call in made_of.items():
        if row_pk in found.unclear:
            found.unclear.discard(row_pk)
            found.pairs.pop(row_pk, None)
        if found.pairs.setdefault(row_pk, call.pk) != call.pk:
            found.replaced[row_pk] = call.pk
    _match_by_time(rows, [call for call in by_pk.values() if call.is_listed_only], found)
    return found


def _match_by_time(rows: Iterable[Listed], calls: Iterable[Known], found: Matching) -> None:
    taken = {*found.pairs.values(), *found.replaced.values()}
    left: dict[str, list[Listed]] = defaultdict(list)
    free: dict[str, list[Known]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.call.started_at, row.pk)):
        if row.pk not in found.pairs and row.pk not in found.unclear:
            left[row.call.match_key].append(row)
    for call in sorted(calls, key=lambda call: (call.started_at, call.pk)):
        if call.pk not in taken:
            free[call.client_match].append(call)
    for key, of_client in left.items():
        _settle(of_client, free[key], found)


def _settle(rows: list[Listed], calls: list[Known], found: Matching) -> None:
    """Match one client's rows and calls, and find out which of that is not clear."""
    pairs = _align(rows, calls)
    unmatched_rows = [row for row in rows if row.pk not in {one.pk for one, _ in pairs}]
    unmatched_calls = [call for call in calls if call.pk not in {one.pk for _, one in pairs}]
    for row, call in pairs:
        found.pairs[row.pk] = call.pk
        near = (_distance(row, call) or 0.0) + (CLEAR_IF_TOLD if call.start_is_told else CLEAR)
        rivals = [other for other in unmatched_rows if _is_within(other, call, near)]
        if rivals or any(_is_within(row, other, near) for other in unmatched_calls):
            found.unclear |= {row.pk, *(other.pk for other in rivals)}


def _is_within(row: Listed, call: Known, distance: float) -> bool:
    between = _distance(row, call)
    return between is not None and between < distance


def _align(rows: list[Listed], calls: list[Known]) -> list[tuple[Listed, Known]]:
    """The cheapest assignment of two lists in the order of time."""
    costs = [[_UNMATCHED * column for column in range(len(calls) + 1)]]
    for row in rows:
        above, line = costs[-1], [costs[-1][0] + _UNMATCHED]
        for column, call in enumerate(calls):
            between = _distance(row, call)
            paired = [] if between is None else [above[column] + between]
            line.append(min(above[column + 1] + _UNMATCHED, line[column] + _UNMATCHED, *paired))
        costs.append(line)
    pairs = []
    down, right = len(rows), len(calls)
    while down and right:
        cost = costs[down][right]
        if cost == costs[down - 1][right] + _UNMATCHED:
            down -= 1
        elif cost == costs[down][right - 1] + _UNMATCHED:
            right -= 1
        else:
            down, right = down - 1, right - 1
            pairs.append((rows[down], calls[right]))
    return pairs


def _distance(row: Listed, call: Known) -> float | None:
    """Seconds between the two starts, and a surcharge for talks of another length; None if it is another call."""
    listed = row.call
    if call.external_id and listed.call_id and call.external_id != listed.call_id:
        return None
    if Direction.UNKNOWN not in (listed.direction, call.direction) and listed.direction != call.direction:
        return None
    phones = {phone for phone in (listed.caller, listed.extension) if phone}
    if not listed.match_key and phones and call.phones and not phones & call.phones:
        return None
    starts = [start for start in (listed.started_at, listed.maybe_started_at) if start]
    late = min((call.started_at - start for start in starts), key=abs)
    latest = CLOCKS if call.start_is_told else UNTIL_HEARD + timedelta(seconds=listed.talk_seconds or 0)
    if not -CLOCKS <= late <= latest:
        return None
    return abs(late.total_seconds()) + _talk_surcharge(listed.talk_seconds, call.talk_seconds)


def _talk_surcharge(listed: int | None, known: int | None) -> float:
    if not listed or not known or abs(listed - known) <= TALK_SLACK:
        return 0.0
    return min(float(abs(listed - known)), MOST_FOR_TALK)
