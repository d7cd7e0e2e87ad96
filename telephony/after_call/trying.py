"""What a rule would have done with the last week's calls, before it is switched on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from telephony.after_call.matching import Facts, fits, is_known, is_of_kind
from telephony.calls.access import visible_calls
from telephony.domain.after_call import Ending
from telephony.domain.events import MISSED, UNANSWERED, CallStatus, Direction
from telephony.domain.hours import Hours
from telephony.hours.selectors import hours_for
from telephony.models import Call, CallRule

WEEK = timedelta(days=7)
MOST_LOOKED_AT = 3000
"""Of a larger week, the latest calls."""
MOST_ASKED = 300
"""So many numbers without a contact are asked about; the others count as unknown."""
MOST_SHOWN = 20

_COLUMNS: dict[str, tuple[Direction, frozenset[CallStatus]]] = {
    Ending.MISSED: (Direction.INCOMING, MISSED),
    Ending.ANSWERED: (Direction.INCOMING, frozenset({CallStatus.ANSWERED})),
    Ending.REACHED: (Direction.OUTGOING, frozenset({CallStatus.ANSWERED})),
    Ending.NOT_REACHED: (Direction.OUTGOING, UNANSWERED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of it."""

    count: int
    is_part: bool
    """Whether there were more calls than were looked at."""
    calls: list[Call]
    """The latest ones."""


def try_rule(*, rule: CallRule, user: Any) -> Trial:
    """Only with calls that the user may see. Contacts and hours are those of today."""
    direction, statuses = _COLUMNS[rule.ending]
    calls = visible_calls(user).filter(direction=direction, status__in=statuses, ended_at__isnull=False)
    calls = calls.filter(started_at__gte=timezone.now() - WEEK).order_by("-started_at", "-pk")
    if rule.connection_id is not None:
        calls = calls.filter(connection=rule.connection_id)
    rows = list(calls.select_related("contact", "connection", "responsible")[: MOST_LOOKED_AT + 1])
    is_part, rows = len(rows) > MOST_LOOKED_AT, rows[:MOST_LOOKED_AT]
    found = _still_unknown(rule, list(_fitting(rule, rows)))
    return Trial(count=len(found), is_part=is_part, calls=found[:MOST_SHOWN])


def _fitting(rule: CallRule, calls: list[Call]) -> Iterator[Call]:
    known: dict[str, bool] = {}
    hours: dict[tuple[int, str], Hours] = {}
    for call in calls:
        if not is_of_kind(rule, Facts(call)):
            continue
        facts = Facts(call, hours=_hours(rule, call, hours), is_known=_known(rule, call, known))
        if fits(rule, facts):
            yield call


def _still_unknown(rule: CallRule, calls: Sequence[Call]) -> list[Call]:
    """Of calls, the latest first: without those whose client the rule itself would have made known before."""
    if not rule.add_contact or rule.who != CallRule.Who.UNKNOWN:
        return list(calls)
    firsts = {call.client_e164 or call.client_match or call.pk: call.pk for call in calls}
    kept = set(firsts.values())
    return [call for call in calls if call.pk in kept]


def _hours(rule: CallRule, call: Call, seen: dict[tuple[int, str], Hours]) -> Hours | None:
    if rule.hours == CallRule.Hours.ANY:
        return None
    key = call.connection_id, call.our_number
    if key not in seen:
        seen[key] = hours_for(connection_id=call.connection_id, our_number=call.our_number)
    return seen[key]


def _known(rule: CallRule, call: Call, seen: dict[str, bool]) -> bool:
    if rule.who == CallRule.Who.ANYBODY or call.contact_id is not None:
        return True
    key = call.client_e164 or call.client_match
    if key not in seen:
        seen[key] = len(seen) < MOST_ASKED and is_known(call)
    return seen[key]
