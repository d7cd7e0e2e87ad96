"""Whose end an end is: the call's, one phone's, or that of a greeting; and why nobody talked before it.

Part of the fold (fold/call.py): pure, and fed with the events in order of time. Some PBXs say of each phone by itself
that its part is over, with the words that others have for the end of the call; and a line that a greeting picked up is
“answered” to some, although nobody of the company was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from telephony.domain.events import UNANSWERED, CallEvent, CallStatus, Direction, EventKind
from telephony.domain.fold.legs import TOLD_TWICE

_SIGNS = (EventKind.LEG_RINGING, EventKind.ANSWERED)
_GOES_ON = UNANSWERED - {CallStatus.CANCELLED}
"""With these the PBX may ring the next phone in the same second."""


class _People:
    """Who is who: one message names an employee by number, another by key, a third by both."""

    def __init__(self, timeline: Sequence[CallEvent]) -> None:
        self._numbers = {event.user_key: event.extension for event in timeline if event.user_key and event.extension}

    def who(self, event: CallEvent) -> tuple[str, str]:
        """Number and, where no message told that, key; one of the two is empty, both for nobody."""
        number = event.extension or self._numbers.get(event.user_key, "")
        return number, "" if number else event.user_key

    def is_named(self, event: CallEvent) -> bool:
        return any(self.who(event))

    def is_same(self, one: CallEvent, other: CallEvent) -> bool:
        return self.is_named(one) and self.who(one) == self.who(other)

    def is_another(self, one: CallEvent, other: CallEvent) -> bool:
        """Surely somebody else: a number and a key may be the same person's."""
        return any(a and b and a != b for a, b in zip(self.who(one), self.who(other), strict=True))


def tell_ends_apart(timeline: Sequence[CallEvent], started_at: datetime) -> Sequence[CallEvent]:
    """The same events; an ENDED that was only one employee's is a LEG_ENDED. The same list, if there is none.

    That is told by the PBX's own clock alone: after it somebody else rang, answered or left, or the same phone rang
    anew. An end without an answer is no call's, either, in which somebody else answered.
    """
    ends = [event for event in timeline if event.kind is EventKind.ENDED and event.by_pbx_clock]
    if not ends:
        return timeline
    people = _People(timeline)
    candidates = [end for end in ends if people.is_named(end) and not end.listed_at and end.occurred_at >= started_at]
    if not candidates:
        return timeline
    others = [event for event in timeline if event.by_pbx_clock and event.kind in (*_SIGNS, EventKind.ENDED)]
    of_legs = {id(end) for end in candidates if any(_outlives(people, end, other) for other in others)}
    if not of_legs:
        return timeline
    return [replace(event, kind=EventKind.LEG_ENDED) if id(event) in of_legs else event for event in timeline]


def _outlives(people: _People, end: CallEvent, other: CallEvent) -> bool:
    """Whether this other event shows that the call went on without the one whose end this is."""
    since = other.occurred_at - end.occurred_at
    if other.kind is EventKind.ENDED:
        is_call_s = not people.is_named(other) and other.status is not None
        return since > timedelta(0) and (is_call_s or people.is_another(end, other))
    if people.is_same(end, other):
        return since > TOLD_TWICE
    if not people.is_another(end, other):
        return False
    if other.kind is EventKind.ANSWERED and end.status in UNANSWERED:
        return True
    return since > timedelta(0) or (since == timedelta(0) and end.status in _GOES_ON)


def settled(timeline: Sequence[CallEvent]) -> Sequence[CallEvent]:
    """The same events; where the PBX's own account of the call says that nobody talked, what told of an answer tells
    no more than that the phone rang. The same list, if there is no such account."""
    accounts = {event.status for event in timeline if event.settles} - {None, CallStatus.UNKNOWN}
    if not accounts or CallStatus.ANSWERED in accounts:
        return timeline
    kinds = {EventKind.ANSWERED: EventKind.LEG_RINGING}
    return [
        replace(event, kind=kinds.get(event.kind, event.kind), status=None)
        if event.kind in (EventKind.ANSWERED, EventKind.LEG_ENDED) and event.status in (None, CallStatus.ANSWERED)
        else event
        for event in timeline
    ]


def is_only_greeted(timeline: Sequence[CallEvent], direction: Direction) -> bool:
    """Whether a greeting is all that “answered” this call: of the company, nobody did.

    So it is if every phone that rang is said to have left unanswered; or if the PBX's own clock has the answer before
    the first phone rang, and no message names who answered.
    """
    claims = [event for event in timeline if event.status is CallStatus.ANSWERED]
    if not claims or direction in (Direction.OUTGOING, Direction.INTERNAL):
        return False
    has_answer = any(event.kind is EventKind.ANSWERED or event.transferred_to for event in timeline)
    if has_answer or any(event.settles for event in claims):
        return False
    people = _People(timeline)
    left: dict[tuple[str, str], bool] = {}
    for event in timeline:
        if event.kind in (EventKind.LEG_RINGING, EventKind.LEG_ENDED) and people.is_named(event):
            left[people.who(event)] = event.kind is EventKind.LEG_ENDED and event.status in UNANSWERED
    claimed = {people.who(event) for event in claims if people.is_named(event)}
    if left and all(left.values()) and claimed <= left.keys():
        return True
    return not claimed and _answered_before_any_ring(timeline, claims)


def _answered_before_any_ring(timeline: Sequence[CallEvent], claims: Sequence[CallEvent]) -> bool:
    rings = [event for event in timeline if event.kind is EventKind.LEG_RINGING]
    answers = [event.answered_at for event in claims if event.answered_at]
    if not rings or not answers or not all(event.by_pbx_clock for event in (*rings, *claims)):
        return False
    return max(answers) < min(event.occurred_at for event in rings)


def outcome_of_legs(timeline: Sequence[CallEvent], ends: Sequence[CallEvent]) -> CallStatus:
    """How a call ended of whose end the PBX only says that it was, but which tells of each phone: as the last one did.

    Where no phone rang, whoever called gave up before. UNKNOWN of any other PBX.
    """
    if not all(event.ends_as_phones_did for event in ends):
        return CallStatus.UNKNOWN
    left = [event.status for event in timeline if event.kind is EventKind.LEG_ENDED and event.status in UNANSWERED]
    if left:
        return left[-1] or CallStatus.UNKNOWN
    starts = [event for event in timeline if event.kind is EventKind.CALL_STARTED]
    rang = any(event.kind in _SIGNS for event in timeline)
    if starts and not rang and any(event.direction is Direction.INCOMING for event in starts):
        return CallStatus.CANCELLED
    return CallStatus.UNKNOWN


def why_nobody_talked(timeline: Sequence[CallEvent], status: CallStatus) -> tuple[str, str]:
    """An EndReason, or nothing, and the PBX's own word: what the call's end says, else the end of the last phone."""
    if status.is_open or status is CallStatus.ANSWERED:
        return "", ""
    for kind in (EventKind.ENDED, EventKind.LEG_ENDED):
        naming = [event for event in timeline if event.kind is kind and (event.reason or event.reason_said)]
        # A word that is understood before one that is not.
        understood = [event for event in naming if event.reason] or naming
        if understood:
            return understood[-1].reason or "", understood[-1].reason_said
    return "", ""
