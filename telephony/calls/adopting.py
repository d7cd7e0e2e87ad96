"""Calls that began without their PBX's id, for the first message that tells it: the id becomes theirs.

Which calls these may be is asked together with the call itself where a message begins one (loading.py): nearly always
there are none.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q, QuerySet

from telephony.calls.listed import LISTED_ID
from telephony.database.reading import Given, GivenTime, OneOf, Prepared, Same
from telephony.database.together import Answers, Question
from telephony.domain import numbers
from telephony.domain.events import CallEvent, Direction, EventKind
from telephony.domain.listed_call import CLOCKS
from telephony.models import Call, Connection

SAME_RING = timedelta(seconds=120)
"""Two rings of one number closer than this are one ring, or one group's."""
OVERTAKEN_START = timedelta(seconds=15)
"""How late a call's start may come after an end that named no call, and still be that call's."""
ANONYMOUS = "anonymous-"
"""Begins the call ids that are made here for calls whose PBX sent none."""
LONGEST_CALL = timedelta(hours=4)
"""An open call older than this is not what an end without a call id speaks of."""
LONGEST = timedelta(days=1)
"""How long before its end a call may have begun, whatever it is."""
LONGEST_WAIT = timedelta(minutes=10)
"""How long after the reckoned end of a call its own messages may still be about it: a list does not tell the end."""


def _of_client() -> QuerySet[Call]:
    """Begun within a time, always: all hidden callers are one client, with a hundred thousand calls."""
    own = Call.objects.filter(Same("connection_id", "connection"), client_match=Given("client"))
    begun = own.filter(started_at__gte=GivenTime("begun_since"), started_at__lte=GivenTime("begun_until"))
    return begun.order_by("-started_at")


def _listed() -> QuerySet[Call]:
    """Which only the PBX's list told of so far."""
    return _of_client().filter(OneOf("direction", "directions"), external_id__startswith=LISTED_ID)


_RUNG_OR_ENDED = Prepared(
    lambda: _of_client().filter(
        Q(status="ringing", flag="", started_at__gte=GivenTime("rung_since"), started_at__lte=GivenTime("rung_until"))
        | Q(
            flag=Call.Flag.NO_START_SEEN,
            ended_at__gte=GivenTime("ended_since"),
            ended_at__lte=GivenTime("ended_until"),
        ),
        external_id__startswith=ANONYMOUS,
    )[:2]
)
"""A ring that a template webhook (or 1C's IncomingCall) told first, or an end that overtook its start."""
_LISTED_AT_ITS_START = Prepared(lambda: _listed()[:1])
_LISTED_LATER = Prepared(lambda: _listed().filter(ended_at__gte=GivenTime("ended_since"))[:1])


def asks(connection: Connection, event: CallEvent) -> Iterator[Question]:
    """Which calls may be this one, whose id no call has yet."""
    yield from filter(None, (_anonymous(connection, event), _only_listed(connection, event)))


def adopt(*, connection: Connection, event: CallEvent, answers: Answers) -> Call | None:
    """The call that gets this event's id, which no call has yet."""
    anonymous, listed = _anonymous(connection, event), _only_listed(connection, event)
    # Of two that may be meant, none is.
    found = answers.of(anonymous) if anonymous else []
    if len(found) != 1:
        found = answers.of(listed) if listed else []
    if not found:
        return None
    call: Call = found[0]
    give_id(call=call, external_id=event.external_id)
    return call


def give_id(*, call: Call, external_id: str) -> None:
    """The PBX's id, for a call that had none of its own."""
    if external_id != call.external_id and external_id and call.external_id.startswith(ANONYMOUS):
        call.external_id = external_id
        call.flag = ""
        call.save(update_fields=["external_id", "flag"])


def _anonymous(connection: Connection, event: CallEvent) -> Question | None:
    if not connection.vendor_object.may_lack_call_id or not event.client_raw or event.kind is EventKind.ENDED:
        return None
    at = event.occurred_at
    times = {
        "rung_since": at - SAME_RING,
        "rung_until": at + SAME_RING,
        # An end after this event would have ended its call, had this been processed in time (it waited for a worker).
        "ended_since": at - OVERTAKEN_START,
        "ended_until": at + LONGEST_CALL,
        "begun_since": at - OVERTAKEN_START - LONGEST,
        "begun_until": at + LONGEST_CALL,
    }
    return Question(_RUNG_OR_ENDED, {**_client(connection, event), **times})


def _only_listed(connection: Connection, event: CallEvent) -> Question | None:
    if connection.vendor_object.call_info is None or event.listed_at or not event.client_raw:
        return None
    is_start, at = event.kind is EventKind.CALL_STARTED, event.occurred_at
    values = {
        "directions": tuple(map(str, Direction if event.direction is None else [event.direction])),
        "begun_since": at - (CLOCKS if is_start else LONGEST_WAIT + LONGEST),
        "begun_until": at + CLOCKS,
    }
    if not is_start:
        values["ended_since"] = at - LONGEST_WAIT
    return Question(_LISTED_AT_ITS_START if is_start else _LISTED_LATER, {**_client(connection, event), **values})


def _client(connection: Connection, event: CallEvent) -> dict[str, object]:
    return {"connection": connection.pk, "client": numbers.match_key(event.client_raw)}
