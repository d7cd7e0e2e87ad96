"""What a report counts of one call, kept by the transaction that saves the call.

A row for each call, and no sums: calls that are saved at once never wait for one another's row. A worker sums them
later (sums.py). `manage.py reports --check` works all of it out anew and compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from telephony.calls.change import Change
from telephony.calls.loading import Told
from telephony.database.instances import new_row
from telephony.database.together import Answers, Question
from telephony.domain.causes import Lost, cause_of
from telephony.domain.events import Direction, EventKind, LegRole
from telephony.domain.hours import Hours, is_working
from telephony.domain.numbers import last_digits
from telephony.hours.selectors import ANY_SCHEDULE, hours_for
from telephony.models import Call, CallFact, CallLeg, CallSum, PeopleDay, PeopleWeek, StaleDay
from telephony.models.fact import LONGEST_SOURCE

QUARTER = 900
"""Seconds. Every zone of today is whole quarters of an hour away from UTC: its hours and days are made of these."""
DAY = 96
"""Quarters of an hour. Days of sums are days in UTC."""
HOUR = 4
"""Quarters."""
WEEK = 7
"""Days."""
COLUMNS = (
    *("quarter", "connection_id", "line", "direction", "status", "user_id"),
    *("source", "outside", "cause", "wait_seconds", "talk_seconds"),
)
WRITTEN = [*(name.removesuffix("_id") for name in COLUMNS), "summed"]
"""Whoever writes a row takes its mark away: the sums of its day are not what they were."""
_MADE_OF = (
    *("direction", "status", "our_number", "started_at", "ring_seconds", "talk_seconds", "tracking"),
    "end_reason",
)
HoursOf = Callable[[int, str], Hours]
"""The working hours for calls of a connection to one of our numbers."""


def keep_fact(change: Change) -> None:
    """A follower: writes the call's row, where the call says something else than before."""
    call = change.call
    if change.before is not None and change.legs is None and not change.differs(*_MADE_OF):
        return
    fact = fact_of(call, partial(hours_of, answers=change.answers), change.all_legs())
    if was := change.stored.get("started_at"):
        note_move(quarter_of(was), fact.quarter)
    change.writes.insert(fact, unique=["call"], columns=WRITTEN)


def charge(*, call_pk: int, user_pk: int | None) -> None:
    """Another user is responsible for the call than before."""
    CallFact.objects.filter(pk=call_pk).update(user_id=user_pk, summed=False)


def recount(**which: Any) -> None:
    """Something else that reports count of these calls is another than before."""
    # Rows without the mark too: one that is being summed at this moment gets it taken away afterwards.
    CallFact.objects.filter(pk__in=CallFact.objects.filter(**which).values("pk")).update(summed=False)


def drop_sums(*, call_pk: int) -> None:
    """What the sums of the call's day say is to be gone at once, not only when they are counted anew."""
    for quarter in CallFact.objects.filter(pk=call_pk).values_list("quarter", flat=True):
        CallSum.objects.filter(day=day_of(quarter)).delete()
        drop_people_sums(day_of(quarter))
        StaleDay.objects.create(day=day_of(quarter))


def drop_people_sums(day: int) -> None:
    """Those of its week go with those of the day."""
    PeopleDay.objects.filter(day=day).delete()
    PeopleWeek.objects.filter(week=day // WEEK).delete()


def note_move(was: int, now: int) -> None:
    """A call's row leaves its day: whatever it is marked as then, the day that it was in has one call less."""
    if day_of(was) != day_of(now):
        StaleDay.objects.create(day=day_of(was))


def fact_of(call: Call, hours_of: HoursOf, legs: Iterable[CallLeg]) -> CallFact:
    """The call's row, not saved. Whether it came outside working hours is asked once, when it is over."""
    is_judged = call.direction == Direction.INCOMING and call.ended_at is not None
    outside = is_judged and not is_working(hours_of(call.connection_id, call.our_number), call.started_at)
    lost = Lost(
        direction=call.direction,
        status=call.status,
        reason=call.end_reason,
        is_outside=outside,
        owners=(leg.user_id is not None for leg in legs if leg.role == LegRole.CALLED),
    )
    return new_row(
        CallFact,
        call_id=call.pk,
        quarter=quarter_of(call.started_at),
        connection_id=call.connection_id,
        line=line_of(call.our_number),
        direction=call.direction,
        status=call.status,
        user_id=call.responsible_id,
        source=source_of(call.tracking),
        outside=outside,
        cause=cause_of(lost) or "",
        wait_seconds=call.ring_seconds,
        talk_seconds=call.talk_seconds,
    )


def asks(told: Told) -> Iterator[Question]:
    """Whether anybody has set up working hours, for a call that is over."""
    if told.event.kind is EventKind.ENDED:
        yield Question(ANY_SCHEDULE)


def hours_of(connection: int, our_number: str, *, answers: Answers | None = None) -> Hours:
    """As they are set up now."""
    return hours_for(connection_id=connection, our_number=our_number, answers=answers)


def remembered_hours() -> HoursOf:
    """The same for many calls: each is looked up once."""
    known: dict[tuple[int, str], Hours] = {}

    def of(connection: int, our_number: str) -> Hours:
        key = connection, our_number
        if key not in known:
            known[key] = hours_of(connection, our_number)
        return known[key]

    return of


def quarter_of(moment: datetime) -> int:
    """How many whole quarters of an hour since 1970 in UTC."""
    return max(0, int(moment.timestamp() // QUARTER))


def day_of(quarter: int) -> int:
    """The day in UTC that a quarter of an hour is in: how many since 1970."""
    return quarter // DAY


def line_of(our_number: str) -> str:
    """The same for all spellings of one of our numbers, as in the call log's filter."""
    return last_digits(our_number) or our_number


def source_of(tracking: Mapping[str, Any]) -> str:
    """Where the client came from: utm_source, else Roistat's channel, else that Roistat knows the visit; empty if no
    tracking does."""
    values = {name.lower(): str(value).strip() for name, value in tracking.items() if value}
    utm = parse_qs(values.get("utmstring", "").lstrip("?"))
    named = values.get("utm_source") or utm.get("utm_source", [""])[0].strip() or values.get("roistat_market")
    if not named and any(name.startswith("roistat") for name in values):
        named = "Roistat"
    return (named or "")[:LONGEST_SOURCE]
