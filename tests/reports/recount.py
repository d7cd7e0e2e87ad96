"""A plain recount over the stored events, event by event: knows nothing of folds, rows, sums or quarters of an hour."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from telephony.models import CallEvent

GHOST = 10
"""A talk under so many seconds returns nobody."""


@dataclass
class Told:
    """A call as its events tell it."""

    at: datetime
    direction: str
    status: str
    client: str
    phones: set[str]
    answered_at: datetime | None
    ended_at: datetime

    @property
    def waited(self) -> int:
        return int(((self.answered_at or self.ended_at) - self.at).total_seconds())

    @property
    def talked(self) -> int:
        return int((self.ended_at - self.answered_at).total_seconds()) if self.answered_at else 0


def told_calls() -> list[Told]:
    events = defaultdict(list)
    for row in CallEvent.objects.order_by("occurred_at", "pk"):
        events[row.event().external_id].append(row.event())
    found = []
    for of_call in events.values():
        by_kind = {event.kind: event for event in of_call}
        answer, end = by_kind.get("answered"), by_kind["ended"]
        found.append(
            Told(
                at=min(event.occurred_at for event in of_call),
                direction=str(end.direction),
                status=str(end.status),
                client=of_call[0].client_e164,
                phones={event.extension for event in of_call if event.extension},
                answered_at=answer.occurred_at if answer else None,
                ended_at=end.occurred_at,
            )
        )
    return found


def recounted(
    first: date, last: date, zone: tzinfo, office: ZoneInfo | None = None, phones: set[str] | None = None
) -> dict[str, Any]:
    """Of these days; with `office` people work from 9 to 18 on every day of that zone; with `phones` only calls that
    one of these rang or talked in, without the clients who were missed."""
    calls = [call for call in told_calls() if first <= call.at.astimezone(zone).date() <= last]
    calls = [call for call in calls if phones is None or phones & call.phones]
    incoming = [call for call in calls if call.direction == "incoming"]
    answered = [call for call in incoming if call.status == "answered"]
    missed = [call for call in incoming if call.status != "answered"]
    outside = [call for call in missed if office and not 9 <= call.at.astimezone(office).hour < 18]
    outgoing = [call for call in calls if call.direction == "outgoing"]
    reached = [call for call in outgoing if call.status == "answered"]
    waits = sorted(call.waited for call in answered)
    quick = len([wait for wait in waits if wait <= 20])
    judged = len(answered) + len(missed) - len(outside)
    return {
        "calls": len(calls),
        "incoming": len(incoming),
        "answered": len(answered),
        "missed": len(missed) - len(outside),
        "missed_outside": len(outside),
        "outgoing": len(outgoing),
        "reached": len(reached),
        "talk_seconds": sum(call.talked for call in answered + reached),
        "median_wait": percentile(waits, 50),
        "wait_of_nine_in_ten": percentile(waits, 90),
        "quick": quick,
        "service_level": round(100 * quick / judged) if judged else None,
        "by_day": {day: sum(call.at.astimezone(zone).date() == day for call in calls) for day in _days(first, last)},
        "by_hour": {hour: sum(call.at.astimezone(zone).hour == hour for call in calls) for hour in range(24)},
        "missed_by_weekday_hour": _by_weekday_hour(missed, zone),
        **(_clients(first, last, zone) if phones is None else {}),
    }


def percentile(values: list[int], percent: int) -> int | None:
    """The first value in order that so many percent of them do not exceed."""
    for number, value in enumerate(values, 1):
        if number * 100 >= percent * len(values):
            return value
    return None


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _by_weekday_hour(calls: list[Told], zone: tzinfo) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = defaultdict(int)
    for call in calls:
        moment = call.at.astimezone(zone)
        found[moment.isoweekday(), moment.hour] += 1
    return dict(found)


def _clients(first: date, last: date, zone: tzinfo) -> dict[str, Any]:
    """Who was missed for the first time in these days, and whether anybody really talked with them since."""
    waits: list[tuple[datetime, datetime | None]] = []
    for client in {call.client for call in told_calls()}:
        waits += _waits_of([call for call in told_calls() if call.client == client])
    waits = [(begin, end) for begin, end in waits if first <= begin.astimezone(zone).date() <= last]
    took = sorted(int((end - begin).total_seconds()) for begin, end in waits if end)
    return {
        "clients": len(waits),
        "returned": len(took),
        "not_returned": len(waits) - len(took),
        "half_within": percentile(took, 50),
        "most_within": percentile(took, 90),
    }


def _waits_of(calls: list[Told]) -> list[tuple[datetime, datetime | None]]:
    moments = [(call.at, 0, call) for call in calls if call.direction == "incoming" and call.status != "answered"]
    moments += [(call.ended_at, 1, call) for call in calls if call.status == "answered" and call.talked >= GHOST]
    found: list[tuple[datetime, datetime | None]] = []
    begin = last = None
    for _at, _is_talk, call in sorted(moments, key=lambda moment: moment[:2]):
        if call.status != "answered":
            begin, last = begin or call.at, call.at
        elif begin is not None and last is not None and call.answered_at is not None:
            found.append((begin, max(call.answered_at, last)))
            begin = None
    return [*found, *([(begin, None)] if begin else [])]
