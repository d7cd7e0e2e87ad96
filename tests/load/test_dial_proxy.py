"""Clicks over lines that lose, cut, hold up and double: a phone rings at most once a click.

One such line is between the pages and the server, another between the server and the PBX. The second doubles
nothing: these PBXs have no way to know a copy, so what counts there is that we send each order once.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.dialing.playing import playing_for, wait_until
from tests.e2e.browser import log_in
from tests.load.bad_line import BadLine, Fate
from tests.load.judged import querying
from tests.rounds import rounds
from tests.servers import Server

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]

CLICKS, AT_ONCE = rounds(100, full=500), 8
LOOKS_FOR = 15
"""Seconds for which a page asks what became of its order: longer than the server waits for the PBX."""
USERS = [f"user{number}" for number in range(AT_ONCE)]
VENDORS = ("sipuni", "wirecrm", "xvb", "mobilon")
BEFORE_US = {
    Fate.PASSES: 40,
    Fate.LOST: 8,
    Fate.CUT: 6,
    Fate.ANSWER_LOST: 8,
    Fate.ANSWER_CUT: 8,
    Fate.HELD_UP: 6,
    Fate.OVERTAKEN: 8,
    Fate.DOUBLED: 10,
    Fate.DOUBLED_LATER: 6,
}
BEFORE_THE_PBX = {
    Fate.PASSES: 60,
    Fate.LOST: 8,
    Fate.CUT: 6,
    Fate.ANSWER_LOST: 10,
    Fate.ANSWER_CUT: 8,
    Fate.HELD_UP: 8,
}


class Clicker:
    """A page: it orders, and when no answer comes it withdraws, or somebody impatient sends the same click again."""

    def __init__(self, server: Server, username: str, line: BadLine) -> None:
        cookie = log_in(server, username)
        self._address = urlsplit(line.url)
        self._cookies = f"{cookie['name']}={cookie['value']}; csrftoken={'c' * 32}"

    def click(self, number: int) -> dict[str, Any] | None:
        """What the page was told at last; None if it never heard anything."""
        order = {"phone": phone_of(number), "key": f"click-{number:06}"}
        follows = [{}, {"withdraw": True}] if number % 2 else [{}, {}, {}]
        told = None
        for follow in follows:
            told = self._post({**order, **follow}) or told
            if told is not None:
                return self._look_up(told)
        return told

    def _look_up(self, told: dict[str, Any]) -> dict[str, Any]:
        until = time.monotonic() + LOOKS_FOR
        while told["state"] == "ordered" and time.monotonic() < until:
            time.sleep(0.1)
            told = self._ask("GET", f"/telephony/dial/{told['id']}/") or told
        return told

    def _post(self, body: dict[str, Any]) -> dict[str, Any] | None:
        return self._ask("POST", "/telephony/dial/", json.dumps(body))

    def _ask(self, method: str, path: str, body: str = "") -> dict[str, Any] | None:
        connection = HTTPConnection(str(self._address.hostname), self._address.port, timeout=12)
        headers = {"Content-Type": "application/json", "Cookie": self._cookies, "X-CSRFToken": "c" * 32}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status in (200, 400), text
            return json.loads(text) if answer.status == 200 else None
        except (OSError, HTTPException, json.JSONDecodeError):
            return None
        finally:
            connection.close()


def phone_of(number: int) -> str:
    return f"+7916{number:07}"


def test_a_phone_rings_once_a_click_at_most(postgresql_database: str, make_server: Callable[..., Server]) -> None:
    server = make_server(database_url=postgresql_database, workers=2, threads=12)
    server.environment |= {"TELEPHONY_DIALS_PER_MINUTE": "1000", "TELEPHONY_DIALS_PER_DAY": "10000"}
    with playing_for(server, slow_seconds=0.2) as playing, BadLine(playing.api.url, BEFORE_THE_PBX, seed=2)() as far:
        playing.is_telling = False
        phones = [(user, VENDORS[place % 4], str(200 + place)) for place, user in enumerate(USERS)]
        playing.set_up(phones, through=far.url)
        server.start()
        with BadLine(server.url, BEFORE_US, seed=1)() as near:
            clickers = [Clicker(server, username, near) for username in USERS]
            with ThreadPoolExecutor(AT_ONCE) as pool:
                told = list(pool.map(lambda number: clickers[number % AT_ONCE].click(number), range(CLICKS)))
            near.settle()
        far.settle()
        query = querying(server)
        wait_until(lambda: not query("SELECT id FROM telephony_dial WHERE state IN ('waiting', 'ordered')"))
        rang = Counter(order.number[-7:] for _, order in playing.orders)
        sent = sum(far.seen.values())
        judge(query, rang, told)
        assert sent <= CLICKS, "An order left this server more than once."
    assert min(near.seen.values()) > 10
    assert min(far.seen.values()) > 5


def judge(query: Callable[[str], list[Any]], rang: Counter[str], told: list[dict[str, Any] | None]) -> None:
    assert max(rang.values()) == 1, "A phone rang twice for one click."
    rows = query("SELECT idempotency_key, phone_raw, state, id FROM telephony_dial")
    assert len({key for key, *_ in rows}) == len(rows)
    states = {phone[-7:]: state for _, phone, state, _ in rows}
    assert set(rang) <= set(states)
    assert Counter(states.values())["sent"] > CLICKS / 4
    for number, state in states.items():
        assert state in ("sent", "failed", "refused", "unknown")
        if state != "unknown":
            assert rang[number] == (state == "sent"), (number, state)
    assert sum(answer is not None and answer["state"] != "ordered" for answer in told) > CLICKS / 2
    for number, answer in enumerate(told):
        if answer is not None and answer["state"] != "ordered":
            assert states[phone_of(number)[-7:]] == answer["state"]
