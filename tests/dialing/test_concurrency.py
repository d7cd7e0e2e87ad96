"""Clicks at the same moment, on a real server with PostgreSQL: one order a click, and no more than the limit."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

import pytest

from tests.dialing.pbx import CLIENT
from tests.dialing.playing import Playing, playing_for
from tests.e2e.browser import log_in
from tests.servers import Server

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]

AT_ONCE = 16


@pytest.fixture
def playing(postgresql_database: str, make_server: Callable[..., Server]) -> Iterator[Playing]:
    server = make_server(database_url=postgresql_database, workers=2, threads=AT_ONCE)
    with playing_for(server, slow_seconds=1) as playing:
        playing.is_telling = False
        playing.set_up([("anna", "wirecrm", "998"), ("boris", "wirecrm", "101")])
        server.start()
        yield playing


def click_all(playing: Playing, username: str, keys: list[str]) -> list[dict[str, Any]]:
    cookie = log_in(playing.server, username)
    headers = {
        "Content-Type": "application/json",
        "Cookie": f"{cookie['name']}={cookie['value']}; csrftoken={'c' * 32}",
        "X-CSRFToken": "c" * 32,
    }

    def ask(method: str, path: str, body: str = "") -> dict[str, Any]:
        connection = HTTPConnection("127.0.0.1", playing.server.port, timeout=20)
        connection.request(method, path, body, headers)
        told: dict[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        return told

    def click(key: str) -> dict[str, Any]:
        """What is told at last."""
        told = ask("POST", "/telephony/dial/", json.dumps({"phone": CLIENT, "key": key}))
        while told["state"] == "ordered":
            time.sleep(0.1)
            told = ask("GET", f"/telephony/dial/{told['id']}/")
        return told

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(click, keys))


def test_one_click_that_comes_sixteen_times_at_once_rings_once_and_is_told_the_same(playing: Playing) -> None:
    begun = time.monotonic()
    told = click_all(playing, "anna", ["click-0001"] * AT_ONCE)
    assert time.monotonic() - begun < 11 + 3  # The PBX takes a second; logging in takes its time, too.
    assert len(playing.orders) == 1
    assert {answer["state"] for answer in told} == {"sent"}
    assert len({answer["id"] for answer in told}) == 1


def test_sixteen_clicks_at_once_ring_six_times(playing: Playing) -> None:
    told = click_all(playing, "boris", [f"click-{number:04}" for number in range(AT_ONCE)])
    assert len(playing.orders) == 6
    assert Counter((answer["state"], answer["code"]) for answer in told) == {
        ("sent", ""): 6,
        ("refused", "per_minute"): AT_ONCE - 6,
    }
