"""A file of any size goes through a sink without being held."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.http.peers import Listener
from tests.http.test_answers import OK, flood, saying
from tests.servers import ROOT

MEBIBYTE = 1 << 20
FETCH = """
import ipaddress, json, os, sys, threading, time
import django
from django.conf import settings
settings.configure(USE_I18N=False)
django.setup()
from telephony.http import Limits, Policy, Request, RequestFailed, send

url, longest, with_sink = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "sink"
policy = Policy(networks=(ipaddress.ip_network("127.0.0.0/8"),))
taken = peak = 0
def used():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")
def watch():
    global peak
    while True:
        peak = max(peak, used())
        time.sleep(0.002)
def sink(piece):
    global taken
    taken += len(piece)
def fetch(longest):
    try:
        response = send(Request(url=url), policy=policy, limits=Limits(longest=longest, total_seconds=120),
                        sink=sink if with_sink else None)
        return str(response.status)
    except RequestFailed as failed:
        return failed.failure.value
threading.Thread(target=watch, daemon=True).start()
fetch(1 << 20)
before, taken, peak = used(), 0, 0
outcome = fetch(longest)
print(json.dumps({"outcome": outcome, "taken": taken, "grown": peak - before}))
"""


def fetched(url: str, *, longest: int, sink: bool) -> dict[str, object]:
    """What a process of its own measured: how it ended, bytes in the sink, growth of its memory at the highest."""
    command = [sys.executable, "-c", FETCH, url, str(longest), "sink" if sink else "body"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=150, check=True)
    result: dict[str, object] = json.loads(done.stdout)
    return result


@pytest.mark.slow
def test_an_endless_file_of_which_300_mib_are_taken_needs_no_memory() -> None:
    listener = Listener(saying(OK + b"\r\n", then=flood(b"x" * 262_144)))
    try:
        result = fetched(listener.url, longest=300 * MEBIBYTE, sink=True)
    finally:
        listener.close()
    assert result["outcome"] == "too_large"
    assert 299 * MEBIBYTE < int(str(result["taken"])) <= 300 * MEBIBYTE
    assert int(str(result["grown"])) < 4 * MEBIBYTE


@pytest.mark.slow
def test_an_endless_error_page_needs_no_memory_either() -> None:
    listener = Listener(saying(b"HTTP/1.1 500 Oops\r\n\r\n", then=flood(b"x" * 262_144)))
    try:
        result = fetched(listener.url, longest=300 * MEBIBYTE, sink=False)
    finally:
        listener.close()
    assert result["outcome"] == "500"
    assert int(str(result["grown"])) < 4 * MEBIBYTE


@pytest.mark.slow
def test_what_is_held_is_seen() -> None:
    """Else the tests above would prove nothing."""
    listener = Listener(saying(OK + b"\r\n", then=flood(b"x" * 262_144)))
    try:
        result = fetched(listener.url, longest=60 * MEBIBYTE, sink=False)
    finally:
        listener.close()
    assert result["outcome"] == "too_large"
    assert int(str(result["grown"])) > 40 * MEBIBYTE
