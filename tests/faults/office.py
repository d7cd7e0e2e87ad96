"""An office in which every call has effects: cards, messages to another system, a task by a rule. And their count."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count

from tests.e2e.browser import run
from tests.load.judged import querying
from tests.load.traffic import Request, call_of_12_events
from tests.servers import Server

OFFICE = """
from django.contrib.auth.models import User
from telephony.models import CallRule, Connection, Extension, Subscription
pbx = Connection.objects.get()
for number in ("101", "102", "103", "104", "105"):
    user = User.objects.create_user("u" + number, is_staff=True)
    Extension.objects.create(connection=pbx, number=number, user=user)
Subscription.objects.create(name="Warehouse", url={url!r}, internal_networks=["127.0.0.0/8"])
CallRule.objects.create(enabled=True, ending="answered", task_title="Call {{number}}")
"""
LEFT = """
SELECT (SELECT count(*) FROM telephony_delivery WHERE state = 'received')
     + (SELECT count(*) FROM telephony_rulerun WHERE next_try_at IS NOT NULL)
     + (SELECT count(*) FROM telephony_notice WHERE state IN ('waiting', 'sending'))
"""
DOUBLED = {
    "calls": "SELECT count(*) - count(DISTINCT external_id) FROM telephony_call",
    "cards": "SELECT count(*) - count(DISTINCT (call_id, user_id)) FROM telephony_card",
    "outgoing messages": "SELECT count(*) - count(DISTINCT (call_id, topic)) FROM telephony_notice "
    "WHERE topic <> 'call.corrected'",
    "tasks": "SELECT count(*) - count(DISTINCT title) FROM crm_task",
}
MADE = {
    "calls": "SELECT count(*) FROM telephony_call",
    "cards": "SELECT count(*) FROM telephony_card",
    "outgoing messages": "SELECT count(*) FROM telephony_notice",
    "tasks": "SELECT count(*) FROM crm_task",
}


def furnish(server: Server, url: str) -> None:
    """`url`: of the other system."""
    run(server, OFFICE.format(url=url))


def traffic_of_now() -> Iterator[Request]:
    """Calls that go on now: only these have cards."""
    for number in count():
        yield from call_of_12_events(number, start=int(time.time()) - 100)


def wait_until_done(server: Server, *, seconds: float) -> float:
    """Until nothing is left to be done; returns how long that took."""
    began = time.monotonic()
    while (left := querying(server)(LEFT)) != [(0,)]:
        assert time.monotonic() - began < seconds, left
        time.sleep(0.3)
    return time.monotonic() - began


def counted(server: Server, what: dict[str, str]) -> dict[str, int]:
    query = querying(server)
    return {name: query(sql)[0][0] for name, sql in what.items()}
