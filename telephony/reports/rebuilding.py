"""Works out the reports' rows anew: to compare them with the calls, or to mend them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from telephony.domain.events import UNANSWERED
from telephony.models import Call, CallFact, CallLeg
from telephony.reports.facts import COLUMNS, WRITTEN, HoursOf, fact_of, note_move, remembered_hours

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Difference:
    """One call whose row is not what the call says."""

    call_pk: int
    columns: tuple[str, ...]
    """Empty: it has no row at all."""


def differences(*, mend: bool) -> Iterator[Difference]:
    """Calls whose rows are missing or wrong, in the order of their keys; with `mend` they are written as well.

    May run beside everything else: a batch's rows are locked before its calls are read.
    """
    hours_of = remembered_hours()
    last = Call.objects.aggregate(last=Max("pk"))["last"] or 0
    for first in range(0, last + 1, BATCH):
        with transaction.atomic():
            found = _batch(first, hours_of, mend=mend)
        yield from found


def mend_batch(first: int, hours_of: HoursOf) -> list[Difference]:
    """The same for one batch of calls, from this key on."""
    with transaction.atomic():
        return _batch(first, hours_of, mend=True)


def _batch(first: int, hours_of: HoursOf, *, mend: bool) -> list[Difference]:
    rows = CallFact.objects.filter(pk__gte=first, pk__lt=first + BATCH)
    stored = {row.pk: row for row in (rows.select_for_update() if mend else rows).order_by("pk")}
    found: list[Difference] = []
    wrong: list[CallFact] = []
    missing: list[CallFact] = []
    calls = Call.objects.filter(pk__gte=first, pk__lt=first + BATCH, is_test=False).order_by("pk")
    legs = _legs_of_lost(first)
    for call in calls.only(*_READ):
        right, row = fact_of(call, hours_of, legs.get(call.pk, ())), stored.get(call.pk)
        columns = tuple(name for name in COLUMNS if row and getattr(row, name) != getattr(right, name))
        if row is not None and not columns:
            continue
        (missing if row is None else wrong).append(right)
        found.append(Difference(call.pk, columns))
    if mend:
        for right in wrong:
            note_move(stored[right.pk].quarter, right.quarter)
        CallFact.objects.bulk_create(missing, ignore_conflicts=True)
        if wrong:
            CallFact.objects.bulk_update(wrong, WRITTEN)
    return found


def _legs_of_lost(first: int) -> Mapping[int, list[CallLeg]]:
    """Of this batch's calls that nobody answered: of no others does it matter whose phones rang."""
    found: dict[int, list[CallLeg]] = defaultdict(list)
    within = CallLeg.objects.filter(call__gte=first, call__lt=first + BATCH, call__status__in=UNANSWERED)
    for leg in within.only("call_id", "role", "user_id").order_by():
        found[leg.call_id].append(leg)
    return found


_READ = (
    *("connection_id", "direction", "status", "our_number", "started_at"),
    *("responsible_id", "tracking", "ring_seconds", "talk_seconds", "end_reason"),
)
