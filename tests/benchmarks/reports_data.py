"""What reports count of lists_data.py's calls: their rows, results, missed clients and the sums of all days."""

from __future__ import annotations

from django.db import connection

from telephony.models import Call, CallFact, CallLeg, CallResult, Disposition, MissedItem, MissedRang, Schedule
from telephony.reports import people_sums, people_weeks, sums
from tests.benchmarks.lists_data import fill
from tests.benchmarks.lists_sql import Filler, turn_of

YEARS = 1
"""In which the calls are: 2,700 a day of a million."""
RESULTS = ("Заказ", "Консультация", "Перезвонить", "Отказ", "Ошиблись номером")
SOURCES = ("", "", "", *(f"source{number}" for number in range(20)))
_CALLS = f"{Call._meta.db_table} c"
_MISSED = "c.direction = 'incoming' AND c.status IN ('no_answer', 'busy', 'cancelled', 'failed')"


def fill_reports(calls: int) -> None:
    """Every other answered call has a result; three clients in four who were missed were talked with later."""
    fill(calls, years=YEARS)
    Schedule.objects.create(name="Office", is_default=True, **dict.fromkeys(("monday", "tuesday"), "09:00-18:00"))
    chosen = [Disposition.objects.create(label=label).pk for label in RESULTS]
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET session_replication_role = replica")
        filler = Filler(cursor)
        _make_facts(filler)
        _make_results(filler, chosen)
        _make_missed(filler)
        _make_rang(filler)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")
        sums.sum_due()
        people_sums.sum_due()
        people_weeks.sum_due()
        cursor.execute("VACUUM ANALYZE")


def _make_facts(filler: Filler) -> None:
    filler.insert(
        CallFact,
        f"{_CALLS} ORDER BY c.id",
        call_id="c.id",
        quarter="floor(extract(epoch FROM c.started_at) / 900)::int",
        connection_id="c.connection_id",
        line="right(c.our_number, 10)",
        direction="c.direction",
        status="c.status",
        user_id="c.responsible_id",
        source=turn_of("c.id", SOURCES),
        outside="extract(hour FROM c.started_at) NOT BETWEEN 6 AND 15",
        wait_seconds="(c.id * 7919 %% 97)::int",
        talk_seconds="c.talk_seconds",
    )


def _make_results(filler: Filler, chosen: list[int]) -> None:
    filler.insert(
        CallResult,
        f"{_CALLS} WHERE c.status = 'answered' AND c.id %% 2 = 0",
        call_id="c.id",
        user_id="c.responsible_id",
        disposition_id=f"{min(chosen)} + c.id %% {len(chosen)}",
    )


def _make_missed(filler: Filler) -> None:
    returned = "c.id %% 4 > 0"
    filler.insert(
        MissedItem,
        f"{_CALLS} WHERE {_MISSED}",
        client_key="c.id::text",
        client_e164="c.client_e164",
        client_raw="c.client_raw",
        contact_id="c.contact_id",
        connection_id="c.connection_id",
        attempts="1",
        first_at="c.started_at",
        last_at="c.started_at",
        gave_up_in="'ringing'",
        due_at="c.started_at + interval '15 min'",
        state=f"CASE WHEN {returned} THEN 'returned' ELSE 'open' END",
        closed_at=f"CASE WHEN {returned} THEN c.started_at + (c.id * 7907 %% 90000) * interval '1 s' END",
        assignee_id="c.responsible_id",
        first_call_id="c.id",
        last_call_id="c.id",
    )


def _make_rang(filler: Filler) -> None:
    items, legs = MissedItem._meta.db_table, CallLeg._meta.db_table
    source = f"{items} m JOIN {legs} l ON l.call_id = m.first_call_id AND l.user_id IS NOT NULL"
    people = f"(SELECT DISTINCT m.id, l.user_id, m.first_at FROM {source}) p"
    filler.insert(MissedRang, people, item_id="p.id", user_id="p.user_id", first_at="p.first_at")
