"""Who was missed and not yet talked to: open items as a pure fold over one client's calls and what people decided.

`fold_items` may be given both in any order: it sorts them itself. A missed call opens an item, or is one more attempt
of the open one; a real talk, in either direction and on any line, closes it. A talk counts from its *end*: who called
a second time while they already talked was not forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from telephony.domain import numbers
from telephony.domain.events import Direction
from telephony.domain.missed.values import ClientCall, Decided, Decision, Item, Part, Place, Reason, State

SHORTEST_NUMBER = 5
"""Digits. What is shorter is a phone of the company, or no number that could be called back."""
AT_ONCE = timedelta(seconds=2)
"""A phone that stopped ringing so shortly before the call's end stopped because of it."""


def number_key(*, raw: str, e164: str) -> str:
    """What tells one client's number from another's; empty where there is none to call back."""
    if e164:
        return e164
    if numbers.is_hidden(raw) or len(numbers.digits(raw)) < SHORTEST_NUMBER:
        return ""
    return numbers.match_key(raw)


def gave_up_in(*, greeted: bool, ended_at: datetime | None, legs_ended_at: Sequence[datetime | None]) -> Place:
    """Where the client was when they gave up; `greeted`: a machine picked up, and of the company nobody did."""
    if greeted:
        return Place.GREETING
    if not legs_ended_at:
        return Place.UNKNOWN
    left_alone = ended_at is not None and all(at is not None and ended_at - at > AT_ONCE for at in legs_ended_at)
    return Place.QUEUE if left_alone else Place.RINGING


def fold_items(calls: Iterable[ClientCall], decisions: Iterable[Decision], *, ghost_seconds: int) -> list[Item]:
    """The client's items, oldest first; all but the last are over."""
    story = _Story()
    for _order, happened in sorted(_moments(calls, decisions, ghost_seconds), key=lambda pair: pair[0]):
        if isinstance(happened, Decision):
            story.decide(happened)
        else:
            story.hear(*happened)
    return story.items


_RANK = {Part.MISSED: 0, Part.TRY: 1, Part.TALK: 2}
_DECISION = 3
"""Of one moment: what a person decided is about what happened until then."""
_Moment = tuple[tuple[datetime, int, int, str], "tuple[ClientCall, Part] | Decision"]


def _moments(calls: Iterable[ClientCall], decisions: Iterable[Decision], ghost_seconds: int) -> Sequence[_Moment]:
    found: list[_Moment] = [((said.at, _DECISION, said.pk, ""), said) for said in decisions]
    for call in calls:
        part = call.part(ghost_seconds)
        if part is not None:
            at = call.ended_at or call.started_at if part is Part.TALK else call.started_at
            found.append(((at, _RANK[part], call.connection, call.external_id), (call, part)))
    return found


class _Story:
    def __init__(self) -> None:
        self.items: list[Item] = []
        self._is_spam = False

    @property
    def _open(self) -> Item | None:
        return self.items[-1] if self.items and not self.items[-1].state.is_over else None

    def hear(self, call: ClientCall, part: Part) -> None:
        if call.direction is Direction.OUTGOING or part is Part.TALK:
            self._is_spam = False
        if part is Part.MISSED:
            self._miss(call)
        elif self._open is not None and part is Part.TRY:
            self._open.tries.append(call)
        elif self._open is not None:
            self._return(self._open, call)

    def _miss(self, call: ClientCall) -> None:
        if self._is_spam:
            return
        item = self._open
        if item is None:
            item = Item(first_at=call.started_at, last_at=call.started_at)
            self.items.append(item)
        item.missed.append(call)
        item.last_at = call.started_at
        if item.state is State.SNOOZED:  # They called again: it waits no longer.
            item.state, item.snoozed_until = _awake(item), None

    def _return(self, item: Item, call: ClientCall) -> None:
        item.state, item.closing_call = State.RETURNED, call
        item.closed_at = max(call.answered_at or call.started_at, item.last_at)
        item.closed_reason = _why_returned(item, call)
        item.snoozed_until = None

    def decide(self, said: Decision) -> None:
        if said.kind is Decided.REOPENED:
            self._reopen()
            return
        item = self._open
        if item is None:
            return
        if said.kind is Decided.CLOSED:
            item.state, item.closed_at, item.closed_by = State.CLOSED, said.at, said.by
            item.closed_reason, item.snoozed_until = said.reason, None
            self._is_spam = said.reason == Reason.SPAM
        elif said.kind is Decided.SNOOZED:
            item.state, item.snoozed_until = State.SNOOZED, said.until
        elif said.kind is Decided.TAKEN:
            item.state, item.taken_by, item.snoozed_until = State.TAKEN, said.by, None
        else:
            item.state, item.given_to, item.taken_by, item.snoozed_until = State.OPEN, said.to, None, None

    def _reopen(self) -> None:
        """What a person closed is open again, as it was."""
        self._is_spam = False
        if self.items and self.items[-1].state is State.CLOSED:
            item = self.items[-1]
            item.state, item.closed_at, item.closed_by, item.closed_reason = _awake(item), None, None, ""


def _why_returned(item: Item, talk: ClientCall) -> Reason:
    if talk.started_at < item.first_at:
        return Reason.MEANWHILE
    return Reason.CALLED_BACK if talk.direction is Direction.OUTGOING else Reason.CALLED_AGAIN


def _awake(item: Item) -> State:
    return State.TAKEN if item.taken_by is not None else State.OPEN
