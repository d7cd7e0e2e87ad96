"""The legs of a call: which employee rang, who answered, who was transferred to, and when each left.

Part of the fold (fold/call.py): pure, and fed with the events in order of time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind, LegRole

TOLD_TWICE = timedelta(seconds=2)
"""The same thing may be told again so much later."""
OVERTAKEN = timedelta(seconds=3)
"""By so much an answer's message may have overtaken that of a colleague's ring; nobody calls one in so soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One employee's part in a call. Times are aware; None where no message told."""

    role: LegRole
    extension: str
    user_key: str = field(repr=False)
    rang_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    status: CallStatus
    """Of a called employee: CANCELLED when somebody else answered first."""
    talk_seconds: int | None
    is_transfer: bool
    """Rang when the call had already been answered by somebody else."""
    end_is_inferred: bool = False
    """No message told when it ended: the next employee's answer did."""


@dataclass(slots=True, kw_only=True)
class _Draft:
    role: LegRole
    extension: str
    user_key: str = field(repr=False)
    rang_at: datetime | None = None
    rang_by_clock: bool = False
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    status: CallStatus | None = None
    is_transfer: bool = False
    end_is_inferred: bool = False

    def is_of(self, event: CallEvent) -> bool:
        # An end that names no direction doesn't know either whether its employee called or was called.
        if self.role is not event.role and event.direction is not None:
            return False
        same_extension = bool(event.extension) and self.extension == event.extension
        return same_extension or (bool(event.user_key) and self.user_key == event.user_key)

    def learn(self, event: CallEvent) -> None:
        """One message may name the employee by number only, the next by number and key."""
        self.extension = self.extension or event.extension
        self.user_key = self.user_key or event.user_key

    def leave(self, at: datetime | None, status: CallStatus) -> None:
        if self.ended_at is None:
            self.ended_at = at
            self.status = CallStatus.ANSWERED if self.answered_at else status

    def keep_order(self) -> None:
        """A message may have come late and without a time of its own: nothing is later than what follows it."""
        if self.answered_at and self.ended_at:
            self.answered_at = min(self.answered_at, self.ended_at)
        followed_by = self.answered_at or self.ended_at
        if self.rang_at and followed_by:
            self.rang_at = min(self.rang_at, followed_by)


def fold_legs(
    timeline: Iterable[CallEvent],
    direction: Direction,
    status: CallStatus,
    answered_at: datetime | None,
    ended_at: datetime | None,
) -> tuple[Leg, ...]:
    """The legs in the order in which they joined, given the call's own outcome."""
    events = list(timeline)
    drafts: list[_Draft] = []
    for event in events:
        if event.kind in (EventKind.CALL_STARTED, EventKind.LEG_RINGING):
            _ring(drafts, event, ended_at)
        elif event.kind is EventKind.ANSWERED:
            _answer(drafts, event, ended_at)
        elif event.kind is EventKind.LEG_ENDED:
            _leave(drafts, event)
    _mark_transfers(drafts, direction)
    _name_who_ended(drafts, events, direction)
    if answered_at and not any(draft.answered_at for draft in drafts):
        _infer_who_answered(drafts, events, answered_at)
    if not status.is_open:
        # In an answered call whoever still rings was not needed any more.
        outcome = CallStatus.CANCELLED if status is CallStatus.ANSWERED else status
        for draft in drafts:
            draft.leave(ended_at, outcome)
            draft.keep_order()
    return tuple(_finished(draft) for draft in drafts)


def _find(drafts: list[_Draft], event: CallEvent) -> _Draft | None:
    for draft in reversed(drafts):
        if draft.is_of(event):
            return draft
    return None


def _join(drafts: list[_Draft], event: CallEvent) -> _Draft:
    draft = _Draft(role=event.role, extension=event.extension, user_key=event.user_key)
    drafts.append(draft)
    return draft


def _is_old_news(draft: _Draft, event: CallEvent, call_ended_at: datetime | None) -> bool:
    """Somebody who left may come back. But this is a copy of what was told, or came later than what followed it: it is
    told after the call's end, or right after the same, or it is the ring or the answer of a talk that is over."""
    if call_ended_at is not None and event.occurred_at > call_ended_at:
        return True
    if draft.status is not CallStatus.ANSWERED:
        return False
    told_at = draft.answered_at if event.kind is EventKind.ANSWERED else draft.rang_at
    return told_at is None or event.occurred_at - told_at <= TOLD_TWICE


def _ring(drafts: list[_Draft], event: CallEvent, call_ended_at: datetime | None) -> None:
    if not (event.extension or event.user_key):
        return
    draft = _find(drafts, event)
    if draft is None or (draft.ended_at is not None and not _is_old_news(draft, event, call_ended_at)):
        draft = _join(drafts, event)
        draft.rang_at, draft.rang_by_clock = event.occurred_at, event.by_pbx_clock
    draft.learn(event)


def _answer(drafts: list[_Draft], event: CallEvent, call_ended_at: datetime | None) -> None:
    if not (event.extension or event.user_key):
        return
    draft = _find(drafts, event)
    if draft is None or (draft.ended_at is not None and not _is_old_news(draft, event, call_ended_at)):
        draft = _join(drafts, event)
    draft.learn(event)
    if event.takes_over and draft.answered_at is None:
        _hand_over(drafts, draft, event)
    _talk(drafts, draft, event.occurred_at)


def _hand_over(drafts: list[_Draft], to: _Draft, event: CallEvent) -> None:
    """Whoever talked with the client has left. Of a call between colleagues both talk."""
    if event.direction is Direction.INTERNAL:
        return
    for other in drafts:
        if other is not to and other.answered_at and other.ended_at is None:
            other.leave(event.occurred_at, CallStatus.ANSWERED)
            other.end_is_inferred = True


def _talk(drafts: list[_Draft], draft: _Draft, at: datetime) -> None:
    """This employee answers: a colleague who called talks from now on too, the other phones stop ringing."""
    draft.answered_at = draft.answered_at or at
    for other in drafts:
        if other.answered_at or other.ended_at:
            continue
        if other.role is LegRole.CALLED:
            other.leave(at, CallStatus.CANCELLED)
        else:
            other.answered_at = at


def _leave(drafts: list[_Draft], event: CallEvent) -> None:
    if not event.transferred_to:
        draft = _talked(drafts, event) or _find(drafts, event)
        if draft is not None:
            draft.leave(event.occurred_at, event.status or CallStatus.UNKNOWN)
        return
    if not any(draft.extension == event.transferred_to and draft.answered_at for draft in drafts):
        return  # The answer of the one who stays was lost: better too long a leg than a wrong one.
    for draft in drafts:
        if draft.extension != event.transferred_to and draft.answered_at:
            draft.leave(event.occurred_at, CallStatus.ANSWERED)


def _talked(drafts: list[_Draft], event: CallEvent) -> _Draft | None:
    """The leg of who leaves after a talk; None if this event does not tell since when they talked."""
    since = event.answered_at
    if since is None and event.talk_seconds:
        since = event.occurred_at - timedelta(seconds=event.talk_seconds)
    if event.status is not CallStatus.ANSWERED or since is None or not (event.extension or event.user_key):
        return None
    draft = _find(drafts, event) or _join(drafts, event)
    if draft.answered_at is None and draft.ended_at is None:
        _talk(drafts, draft, max(since, draft.rang_at) if draft.rang_at else since)
    return draft


def _mark_transfers(drafts: list[_Draft], direction: Direction) -> None:
    """Whoever was called in when somebody talked to the client already."""
    talking = [draft for draft in drafts if draft.role is LegRole.CALLED or direction is Direction.OUTGOING]
    first_answer = min((draft.answered_at for draft in talking if draft.answered_at), default=None)
    for draft in drafts:
        joined_at = draft.rang_at or draft.answered_at  # Nobody's own answer is before that.
        if first_answer and joined_at and draft.role is LegRole.CALLED:
            may_be_late = draft.answered_at is None and not draft.rang_by_clock
            draft.is_transfer = joined_at - first_answer > (OVERTAKEN if may_be_late else timedelta(0))


def _name_who_ended(drafts: list[_Draft], events: list[CallEvent], direction: Direction) -> None:
    """An end may be the only message that names the employee."""
    for event in events:
        if event.kind is EventKind.ENDED and (event.extension or event.user_key) and not _find(drafts, event):
            draft = _join(drafts, event)
            if event.direction is None and direction is Direction.OUTGOING:
                draft.role = LegRole.CALLING


def _infer_who_answered(drafts: list[_Draft], events: list[CallEvent], answered_at: datetime) -> None:
    """Without an answer event: the one whom the end names, or the only one who could have."""
    named = [event for event in events if event.kind is EventKind.ENDED and (event.extension or event.user_key)]
    draft = _find(drafts, named[-1]) if named else None
    if draft is None and len(drafts) == 1:
        draft = drafts[0]
    if draft is not None:
        # If the PBX's own clock names the answer, whoever rang after it was called in later.
        by_clock = any(event.answered_at for event in events)
        _talk(drafts, draft, max(answered_at, draft.rang_at) if by_clock and draft.rang_at else answered_at)


def _finished(draft: _Draft) -> Leg:
    talk_seconds = None
    if draft.answered_at and draft.ended_at:
        talk_seconds = max(0, round((draft.ended_at - draft.answered_at).total_seconds()))
    status = draft.status or (CallStatus.TALKING if draft.answered_at else CallStatus.RINGING)
    return Leg(
        role=draft.role,
        extension=draft.extension,
        user_key=draft.user_key,
        rang_at=draft.rang_at,
        answered_at=draft.answered_at,
        ended_at=draft.ended_at,
        status=status,
        talk_seconds=talk_seconds,
        is_transfer=draft.is_transfer,
        end_is_inferred=draft.end_is_inferred,
    )
