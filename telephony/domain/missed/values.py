"""What a client's story is told in: calls, decisions, items."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from telephony.domain.events import MISSED, CallStatus, Direction


class Part(StrEnum):
    """What a call is in the story of a client who waits."""

    MISSED = "missed"
    TALK = "talk"
    TRY = "try"
    """We called, and nobody talked: not reached, or a ghost."""


class Decided(StrEnum):
    TAKEN = "taken"
    GIVEN = "given"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    REOPENED = "reopened"


class State(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    SNOOZED = "snoozed"
    RETURNED = "returned"
    """Somebody really talked with them."""
    CLOSED = "closed"
    """A person said that it is done with."""

    @property
    def is_over(self) -> bool:
        return self in (State.RETURNED, State.CLOSED)


class Place(StrEnum):
    """Where a client gave up."""

    GREETING = "greeting"
    QUEUE = "queue"
    """Phones had rung and did so no more."""
    RINGING = "ringing"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why an item is over."""

    CALLED_BACK = "called_back"
    CALLED_AGAIN = "called_again"
    """The client reached us."""
    MEANWHILE = "meanwhile"
    """They were talking with us when their other call was missed."""
    SETTLED = "settled"
    """By other means: a message, a letter, a visit."""
    NOT_NEEDED = "not_needed"
    WRONG_NUMBER = "wrong_number"
    SPAM = "spam"
    """Until we call this number, or somebody reopens the item, its missed calls open nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCall:
    """One call of the client, finished or not."""

    pk: int
    connection: int
    external_id: str
    direction: Direction
    status: CallStatus
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    talk_seconds: int | None
    waited: int | None
    """Seconds from the start to the end or the answer."""

    def part(self, ghost_seconds: int) -> Part | None:
        """None for what says nothing: it goes on, nobody knows how it ended, or colleagues talked."""
        if self.status.is_open or self.direction not in (Direction.INCOMING, Direction.OUTGOING):
            return None
        if self.status is CallStatus.ANSWERED and (self.talk_seconds is None or self.talk_seconds >= ghost_seconds):
            return Part.TALK
        if self.direction is Direction.OUTGOING:
            return Part.TRY
        return Part.MISSED if self.status in MISSED else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person said of the item that was open at this moment."""

    pk: int
    at: datetime
    kind: Decided
    by: int | None
    to: int | None = None
    """GIVEN: to whom."""
    until: datetime | None = None
    """SNOOZED."""
    reason: str = ""
    """CLOSED: a Reason."""


@dataclass(slots=True, kw_only=True)
class Item:
    """One stretch of time in which a client waited. Times are aware."""

    first_at: datetime
    last_at: datetime
    missed: list[ClientCall] = field(default_factory=list)
    tries: list[ClientCall] = field(default_factory=list)
    state: State = State.OPEN
    taken_by: int | None = None
    given_to: int | None = None
    snoozed_until: datetime | None = None
    closed_at: datetime | None = None
    closed_by: int | None = None
    closed_reason: str = ""
    closing_call: ClientCall | None = None

    @property
    def longest_wait(self) -> int | None:
        return max((call.waited for call in self.missed if call.waited is not None), default=None)
