"""The servers that some tests need: found, or said to be missing."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest
import redis


def missing(what: str) -> NoReturn:
    """Skip for want of a server; where REQUIRE_SERVICES=1 (CI), fail instead."""
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(f"{what} is not there, and REQUIRE_SERVICES=1 wants it.")
    pytest.skip(f"{what} is not there.")


def take_redis() -> str:
    """The address of a Redis database that was empty and is now marked as taken; empty if there is no Redis."""
    for number in range(15, 0, -1):
        with redis.Redis(host="127.0.0.1", port=6379, db=number, socket_connect_timeout=2) as server:
            try:
                if not server.set("taken by a test", 1, nx=True):
                    continue
                if server.dbsize() == 1:
                    return f"redis://127.0.0.1:6379/{number}"
                server.delete("taken by a test")
            except redis.ConnectionError:
                break
    return ""


def give_back_redis(url: str) -> None:
    """Else a machine has none left after a week of test runs."""
    with redis.Redis.from_url(url) as server:
        server.flushdb()
