"""Twelve clicks at a PBX that hangs hold up nobody else. How long a person waits: tests/benchmarks/dials.py."""

from __future__ import annotations

import time
from collections.abc import Callable
from http.client import HTTPConnection

import pytest

from tests.dialing.playing import Playing, wait_until
from tests.load.clicks import EACH_CLICKS, HANG, HANGING, HANGING_NOW, Page, hanging_pbx, ready
from tests.load.judged import querying
from tests.servers import Server

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]

HOOKS = 20
GIVEN_UP = 16
"""Seconds after which an order of which the PBX says nothing is over (and far more than the rest takes)."""


def test_clicks_that_hang_hold_up_neither_clicks_nor_hooks_at_other_pbxs(
    postgresql_database: str, make_server: Callable[..., Server]
) -> None:
    """Pages and hooks in one process, as in the small installation."""
    server = make_server(database_url=postgresql_database, workers=2, threads=4)
    phones = [*((user, "wirecrm", str(200 + place)) for place, user in enumerate(HANGING)), ("anna", "sipuni", "101")]
    with hanging_pbx() as address, ready(server, phones) as playing:
        server.manage("shell", "-v0", "-c", HANG.format(address=address))
        pages, query = [Page(server, user) for user in (*HANGING, "anna")], querying(server)
        for page in pages[:-1]:
            for number in range(EACH_CLICKS):
                page.order(f"click-{number:04}", phone=f"+7916000{number:04}")
        for _ in range(HOOKS):
            send_a_hook(playing)
        pages[-1].order("click-0001")
        wait_until(lambda: bool(playing.orders), seconds=GIVEN_UP)
        # All of that was done before the first of them was given up.
        assert query(HANGING_NOW)[0][0] >= EACH_CLICKS
        wait_until(lambda: not query(HANGING_NOW)[0][0])
        states = query("SELECT state, error_code, answered_at - ordered_at FROM telephony_dial WHERE error_code <> ''")
    assert len(states) == len(HANGING) * EACH_CLICKS
    assert {(state, code) for state, code, _ in states} <= {("unknown", "no_answer"), ("failed", "not_sent")}
    assert max(took.total_seconds() for _, _, took in states) < GIVEN_UP


def send_a_hook(playing: Playing) -> None:
    """From another PBX, which has to be answered."""
    path = playing.targets["sipuni"].url.removeprefix(playing.server.url)
    connection = HTTPConnection("127.0.0.1", playing.server.port, timeout=30)
    connection.request("GET", f"{path}?event=1&call_id={time.time_ns()}.1&src_num=79201119613&src_type=1")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 200
