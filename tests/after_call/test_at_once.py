"""Two calls of one new number end at the same moment, and several workers do what rules say of both."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.e2e.browser import run
from tests.servers import Server

pytestmark = [pytest.mark.postgresql, pytest.mark.proof]

WORK = """
import json
from datetime import timedelta
from threading import Barrier, Thread
from django.db import connection
from django.utils import timezone
from crm.models import Contact, Tag, Task
from telephony.after_call import acting
from telephony.models import Call, CallRule, Connection, RuleEffect, RuleRun
now = timezone.now()
pbx = Connection.objects.create(vendor="sipuni", name="x")
rule = CallRule.objects.create(
    ending="missed", who="unknown", enabled=True, add_contact=True, tag="New", task_title="Call {number}"
)
def work(barrier, outcomes):
    barrier.wait()
    try:
        acting.act_due()
    except Exception as error:
        outcomes.append(repr(error))
    finally:
        connection.close()
outcomes = []
for number in range(10):
    for copy in range(4):
        call = Call.objects.create(
            connection=pbx, external_id=f"{number}-{copy}", direction="incoming", status="no_answer",
            client_raw=f"7923{number:07}", client_e164=f"+7923{number:07}", client_match=f"923{number:07}",
            started_at=now, ended_at=now,
        )
        RuleRun.objects.create(rule=rule, call=call, ending="missed", created_at=now, next_try_at=now)
    barrier = Barrier(6)
    threads = [Thread(target=work, args=(barrier, outcomes)) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
made = RuleEffect.objects.filter(result="made")
print(json.dumps({
    "outcomes": outcomes, "contacts": Contact.objects.count(), "tags": Tag.objects.count(),
    "tasks": Task.objects.count(), "done": RuleRun.objects.filter(state="done").count(),
    "made": {kind: made.filter(kind=kind).count() for kind in ("contact", "tag", "task")},
}))
"""


def test_one_contact_and_one_task_for_a_new_number(
    postgresql_database: str, make_server: Callable[..., Server]
) -> None:
    server = make_server(database_url=postgresql_database)
    told = json.loads(run(server, WORK))
    made = {"contact": 10, "tag": 10, "task": 10}
    assert told == {"outcomes": [], "contacts": 10, "tags": 1, "tasks": 10, "done": 40, "made": made}
