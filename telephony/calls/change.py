"""What happened to a call: the one value that everything that hangs on calls is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.module_loading import import_string

from telephony.calls.legs import stored as legs_of
from telephony.database.together import Answers
from telephony.database.writing import Writes
from telephony.domain.events import CallEvent, Phone
from telephony.domain.fold import CallState
from telephony.models import Call, CallLeg

STATE_COLUMNS = (
    "direction",
    "status",
    "client_raw",
    "client_e164",
    "our_number",
    "started_at",
    "ringing_at",
    "answered_at",
    "ended_at",
    "ring_seconds",
    "talk_seconds",
    "end_reason",
    "end_reason_said",
    "tracking",
    "conflicts",
    "is_test",
)
"""Of a call's row: what its events say, under the names of CallState."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A call that is being saved, and what is new about it.

    The call itself has its key and its new values. It and its legs are about to be written: a follower may fill in
    columns of the legs that are its own, and adds what it wants written itself to `writes`.
    """

    call: Call
    before: CallState | None
    """What the events said until now. None where there is nothing to compare with: the call is new, or it is
    written anew from its events (a replay, an erasure), whatever they said before."""
    after: CallState
    event: CallEvent | None = None
    """The event that changed it; None if it is written anew."""
    events: Sequence[CallEvent] | None = None
    """Those before it; None where not all were read (calls/ringing.py)."""
    heard_at: datetime | None = None
    """When the PBX's message with this event came; None for what no message told."""
    is_new: bool = False
    stored: Mapping[str, Any] = field(default_factory=dict)
    """The columns of its row as they were until now; empty for a new call."""
    former_contact: int | None = None
    """Whose call it was until now."""
    stored_legs: tuple[CallLeg, ...] = ()
    legs: tuple[CallLeg, ...] | None = None
    """Its legs as they will be written, in their order; None if they stay as they are. Of an incoming call that rings
    for long (calls/ringing.py) those that are open, and the latest: the others ended long ago, and nobody answered."""
    answers: Answers = field(default_factory=Answers)
    """What was asked before, together with the call (followers.ASKING); anything else is asked when it is wanted."""
    writes: Writes = field(default_factory=Writes)
    """All rows of the change, which are written at once when every follower had its turn."""

    def all_legs(self) -> Sequence[CallLeg]:
        """Its legs as they will be, also where they stay as they are."""
        if self.legs is not None:
            return self.legs
        return () if self.is_new or not self.after.legs else legs_of(call=self.call, answers=self.answers)

    def differs(self, *names: str) -> bool:
        """Whether one of these values of the state is not what it was."""
        return self.before is None or any(getattr(self.before, name) != getattr(self.after, name) for name in names)


Follower = Callable[[Change], CallEvent | None]
"""Says what is to be written about a changed call, in the transaction that saves the call: what it raises undoes all.

What is rare, or depends on rows that others change, it writes itself.

It may return an event that the call is to be told next, if it knows something of the call that the PBX did not say.
"""


Relinked = Callable[[Phone, "int | None"], None]
"""Does what it has to do about calls of a number that have another contact than this former one."""


def relinked(number: Phone, former: int | None) -> None:
    """Tell whatever hangs on whose calls they are."""
    found: Iterable[Relinked] = import_string("telephony.followers.CONTACT_FOLLOWERS")
    for follow in found:
        follow(number, former)


def followers(*, is_test: bool = False) -> Iterable[Follower]:
    """What hangs on a changed call, in order. Named by its path: nothing in `calls` imports a feature."""
    name = "OF_TEST_CALLS" if is_test else "FOLLOWERS"
    found: Iterable[Follower] = import_string(f"telephony.followers.{name}")
    return found
