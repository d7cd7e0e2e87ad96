"""Sums of days for those who see the calls of some people only: their own, or their teams'.

A call that two of a team took part in counts once, so that no sums of single persons add up to the team's: each set of
people whose calls somebody sees has sums of its own. Somebody who joins a team or leaves makes another set, whose sums
come within minutes; until then its calls are counted. What nobody has seen for a day goes.

They hold as long as those of all calls do (sums.py): what changes a call, or who took part in it, takes the same mark
away. A day that is summed anew for all loses these sums, until they are worked out as well.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone

from telephony.calls import locks
from telephony.domain.exceptions import CallBusy
from telephony.jobs import Run
from telephony.models import CallSum, PeopleDay, SeenPeople
from telephony.reports.counting import Kind, count_by
from telephony.reports.counts import COUNTED
from telephony.reports.facts import DAY
from telephony.reports.seeing import facts_of, people_seen
from telephony.reports.sums import lock_of, summed_days

EVERY = timedelta(minutes=1)
KEPT = timedelta(days=1)
FORM = 2
"""Of what is kept: another one whenever `sums_of` says it otherwise."""
Sums = dict[str, dict[str, list[int]]]
"""By kind and value: the counts in the order of COUNTED; of waits the first one alone."""


def sum_due(*, now: datetime | None = None, run: Run | None = None) -> int:
    """Sum for everybody's people the days that are summed for all, the latest first; returns how many."""
    run, done = run or Run(), 0
    for day, people in _due(note_wanted(now=now or timezone.now())):
        if not run.goes_on():
            break
        try:
            sum_day(day=day, people=people)
        except CallBusy:
            continue  # Another process sums it.
        done += 1
    return done


def note_wanted(*, now: datetime) -> list[SeenPeople]:
    """Whose calls are seen by somebody who doesn't see all; the others go after a day. Looked at once a minute: each
    user's rights are asked for."""
    if known := list(SeenPeople.objects.filter(wanted_at__gt=now - EVERY).order_by("pk")):
        return known
    found = {}
    for user in get_user_model()._default_manager.filter(is_active=True).order_by("pk"):
        if people := people_seen(user):
            key = key_of(people)
            if key not in found:
                found[key] = SeenPeople.objects.get_or_create(key=key, defaults={"people": people, "wanted_at": now})[0]
    SeenPeople.objects.filter(key__in=found).update(wanted_at=now)
    SeenPeople.objects.filter(wanted_at__lt=now - KEPT).delete()
    return list(found.values())


def key_of(people: Sequence[int]) -> str:
    """The key of their row. They are in order. What was kept in another form is found no more, and goes after a day."""
    return hashlib.sha256(f"{FORM}:{','.join(map(str, people))}".encode()).hexdigest()


def _due(wanted: Sequence[SeenPeople]) -> Iterator[tuple[int, list[SeenPeople]]]:
    """Days, and whose sums each lacks; those without calls as well, or they would be counted each time."""
    known = CallSum.objects.aggregate(first=Min("day"), last=Max("day"))
    days = [] if known["first"] is None else summed_days(known["first"] * DAY, (known["last"] + 1) * DAY)
    done = set(PeopleDay.objects.filter(seen__in=wanted).values_list("seen_id", "day"))
    for day in reversed(days):
        if lacking := [seen for seen in wanted if (seen.pk, day) not in done]:
            yield day, lacking


@transaction.atomic
def sum_day(*, day: int, people: Sequence[SeenPeople]) -> None:
    """Count the day's calls of each of these and keep the sums. Raises CallBusy while another process sums the day.

    No call is locked: what changes one meanwhile leaves it without the mark, and the day is not read.
    """
    locks.take(names=[lock_of(day)], patience_ms=1000)
    rows = [PeopleDay(seen=seen, day=day, sums=sums_of(seen, day)) for seen in people]
    PeopleDay.objects.bulk_create(rows, update_conflicts=True, unique_fields=["seen", "day"], update_fields=["sums"])


def sums_of(seen: SeenPeople, day: int) -> Sums:
    """Counted call by call."""
    found = count_by(facts_of(seen.people, [(day * DAY, (day + 1) * DAY)]), Kind.values)
    return {
        kind: {value: [getattr(counts, name) for name in _kept(kind)] for value, counts in values.items()}
        for kind, values in found.items()
    }


def add_up(told: Iterable[Mapping[str, Any]], kinds: Iterable[str], *, step: int = 1) -> Sums:
    """Of these kinds; quarters of an hour are put together to `step` of them, under the first one."""
    rows: dict[str, dict[str, list[list[int]]]] = {kind: defaultdict(list) for kind in kinds}
    for sums in told:
        for kind, values in rows.items():
            width = step if kind == Kind.QUARTER else 1
            for value, counts in (sums.get(kind) or {}).items():
                values[str(int(value) // width * width) if width > 1 else value].append(counts)
    return {
        # Column by column: days of a month have some seven thousand of these.
        kind: {value: list(map(sum, zip(*counts, strict=True))) for value, counts in values.items()}
        for kind, values in rows.items()
    }


def _kept(kind: str) -> Sequence[str]:
    """Of waits nothing else is asked than how many there are of each, and half of all that is kept are waits."""
    return COUNTED[:1] if kind == Kind.WAIT else COUNTED


def wrong_days() -> Iterator[int]:
    """Days whose sums are read for somebody and are not what the calls say."""
    for day in list(PeopleDay.objects.order_by("day").values_list("day", flat=True).distinct()):
        if _is_wrong(day):
            yield day


@transaction.atomic
def _is_wrong(day: int) -> bool:
    """Nobody sums it meanwhile, and a call that comes between the two counts leaves a mark that is still there then."""
    locks.take(names=[lock_of(day)], patience_ms=locks.PATIENCE_OF_WORKER_MS)
    quarters = day * DAY, (day + 1) * DAY
    kept = PeopleDay.objects.filter(day=day).select_related("seen")
    rows = [row for row in kept if row.seen.key == key_of(row.seen.people)]
    if not summed_days(*quarters) or all(row.sums == sums_of(row.seen, day) for row in rows):
        return False
    return bool(summed_days(*quarters))
