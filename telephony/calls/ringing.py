"""One event of a call that rings for long, without its thousand others: it changes one phone's leg, or nothing.

domain/fold/ringing.py says which events these are. All others, and whatever is rare about a call, are folded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from telephony.calls import legs
from telephony.calls.change import STATE_COLUMNS
from telephony.database.reading import Given, Prepared
from telephony.database.together import Answers
from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind
from telephony.domain.fold import CallState, concerns_one_phone, repeats_a_ring, responsible_leg
from telephony.models import Call, CallLeg
from telephony.models import CallEvent as StoredEvent

_CLAIMING_AN_ANSWER = Prepared(
    lambda: StoredEvent.objects.filter(call_id=Given("call"), content__status=CallStatus.ANSWERED).values_list("pk")[:1]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A phone's ring or leave, and what it changes."""

    stored_legs: tuple[CallLeg, ...] = ()
    """Of the call's legs those that are open, and the latest, as they are. None of them, if nothing changes."""
    legs: tuple[CallLeg, ...] = ()
    """The same as they will be: one has ended, or is new."""
    changed: CallLeg | None = None
    """That one."""


def claims_an_answer(call: int) -> bool:
    """Whether one of the stored events of the call with this key says that it was answered."""
    return bool(_CLAIMING_AN_ANSWER.rows(call=call))


def turn_of(call: Call, event: CallEvent, latest: Sequence[CallEvent], answers: Answers) -> Turn | None:
    """What this event changes of its call, whose latest events these are; None if that takes all events to tell."""
    rings = call.status == CallStatus.RINGING and call.direction == Direction.INCOMING
    is_known = call.client_raw and call.ringing_at
    if not rings or not is_known or not concerns_one_phone(event, latest):
        return None
    if repeats_a_ring(event, latest):
        return Turn()
    if claims_an_answer(call.pk):
        return None
    stored = legs.latest(call=call, answers=answers)
    leg = legs.latest_of_phone(stored, event)
    return None if leg is None else _turn_of_leg(leg, stored, call=call, event=event, answers=answers)


def _turn_of_leg(leg: CallLeg, latest: list[CallLeg], *, call: Call, event: CallEvent, answers: Answers) -> Turn | None:
    """`leg` is the last one of the event's phone."""
    if (event.kind is EventKind.LEG_RINGING) is (leg.ended_at is None):
        return Turn()  # It rings, or left, already.
    stored = (*legs.still_open_before(latest[0]), *latest)
    now = [legs.as_it_is(one) for one in stored]
    if event.kind is EventKind.LEG_ENDED:
        left = now[stored.index(leg)]
        left.ended_at, left.status = event.occurred_at, event.status or CallStatus.UNKNOWN
        return Turn(stored_legs=stored, legs=tuple(now), changed=left)
    at_once = [one for one in now if one.rang_at == event.occurred_at]
    if at_once and not event.extension:
        return None  # Which of them comes first, their keys would tell, which are stored nowhere.
    later = [one for one in at_once if one.extension_number > event.extension]
    again = legs.ringing_again(leg, call, event, position=stored[-1].position + 1 - len(later), answers=answers)
    for one in later:
        one.position += 1
    return Turn(stored_legs=stored, legs=(*now[: len(now) - len(later)], again, *later), changed=again)


def states(call: Call, turn: Turn) -> tuple[CallState, CallState]:
    """Before and after it: what the call's row says, and which of the turn's legs is responsible. Of the legs only the
    changed one stands there, and only after it."""
    told = {name: getattr(call, name) for name in STATE_COLUMNS}
    told |= {
        "direction": Direction(call.direction),
        "status": CallStatus(call.status),
        "conflicts": tuple(call.conflicts),
    }
    before = CallState(**told, legs=(), recordings=(), responsible_leg=responsible_leg(turn.stored_legs))
    changed = () if turn.changed is None else (legs.as_folded(turn.changed),)
    return before, replace(before, legs=changed, responsible_leg=responsible_leg(turn.legs))
