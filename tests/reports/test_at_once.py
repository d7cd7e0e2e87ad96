"""On PostgreSQL: calls come and change while their day is summed, and no sum that is read lacks one."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.servers import Server

pytestmark = [pytest.mark.postgresql, pytest.mark.proof]

SUMMED = """
import json, threading
from datetime import UTC, datetime
from django.db import connection, transaction
from telephony.calls.locks import is_busy
from telephony.models import Call, CallFact, CallSum, Connection, PeopleDay, SeenPeople
from telephony.reports import people_sums
from telephony.reports.facts import charge, day_of, quarter_of
from telephony.reports.sums import sum_day, summed_days, wrong_days
from tests.desk.people import person
from tests.telephony.factories import ConnectionFactory

at = datetime(2026, 3, 2, 12, tzinfo=UTC)
quarter, pbx, trouble = quarter_of(at), ConnectionFactory.create(), []
day, anna = day_of(quarter), person("anna", "see_own_calls")
hers = SeenPeople.objects.create(key=people_sums.key_of([anna.pk]), people=[anna.pk], wanted_at=at)
stop = threading.Event()

def come(number):
    for turn in range(60):
        with transaction.atomic():
            call = Call.objects.create(
                connection=pbx, external_id=f"{number}-{turn}", direction="incoming", status="busy", started_at=at
            )
            CallFact.objects.create(call=call, quarter=quarter, connection=pbx, direction="incoming", status="busy")
        charge(call_pk=call.pk, user_pk=anna.pk)
    connection.close()

def sum_up():
    while not stop.is_set():
        try:
            sum_day(day=day)
            people_sums.sum_day(day=day, people=[hers])
        except Exception as error:
            if not is_busy(error):
                trouble.append(repr(error))
    connection.close()

seen = []
def look():
    while not stop.is_set():
        seen.extend([*wrong_days(), *people_sums.wrong_days()])
    connection.close()

calls = [threading.Thread(target=come, args=[number]) for number in range(3)]
others = [threading.Thread(target=sum_up) for _ in range(2)] + [threading.Thread(target=look)]
for thread in [*calls, *others]:
    thread.start()
for thread in calls:
    thread.join()
stop.set()
for thread in others:
    thread.join()
sum_day(day=day)
people_sums.sum_day(day=day, people=[hers])
of_anna = sum(row[0] for row in PeopleDay.objects.get().sums["connection"].values())
last = sum(row.calls for row in CallSum.objects.filter(day=day, kind="connection"))
print(json.dumps([trouble, seen, last, of_anna, summed_days(quarter // 96 * 96, quarter // 96 * 96 + 96) == [day]]))
"""


def test_no_call_is_lost_while_its_day_is_summed(make_server: Callable[..., Server], postgresql_database: str) -> None:
    server = make_server(database_url=postgresql_database)
    assert json.loads(server.manage("shell", "-v0", "-c", SUMMED).stdout) == [[], [], 180, 180, True]
