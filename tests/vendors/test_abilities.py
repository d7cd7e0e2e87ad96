"""What vendors declare for the cards of *Connect a PBX* is what their simulators do."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from telephony.domain.hooks import Hook
from telephony.simulator.scenarios import EMPLOYEES, Scriptwriter
from telephony.vendors import get_vendor, installed
from telephony.vendors.simulated import Scenario
from telephony.vendors.unfilled import unfilled
from tests.rows import rows

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def test_vendors_declare_what_their_pbxs_do() -> None:
    with rows() as row:
        for slug in installed():
            with row(slug):
                compare(slug)


def compare(slug: str) -> None:
    vendor = get_vendor(slug)
    methods: set[str] = set()
    recordings: set[bool] = set()
    call = Scriptwriter(seed=1, scenarios=[Scenario.ANSWERED]).write(started_at=NOW)
    for variant in vendor.simulator().variants:
        pbx = vendor.simulator()(
            settings={}, time_zone=ZoneInfo("Europe/Moscow"), employees=list(EMPLOYEES), variant=variant
        )
        messages = pbx.messages(call)
        methods |= {message.method for message in messages}
        recordings.add(bool(pbx.expected(call).recording))
        if any(message.asks for message in messages):
            assert vendor.asks_names or vendor.asks_whom
        for message in messages:
            sent = Hook(method=message.method, query=message.query.encode(), body=message.body, received_at=NOW)
            assert vendor.unfilled(sent) == ""
    assert vendor.tells_recordings == (True in recordings), "`tells_recordings` is not what its simulator's calls have"
    assert "GET" not in methods or not vendor.only_posts, "its simulator sends GET, which `only_posts` denies"


PLACEHOLDERS = [
    (b"", b'{"event":"incoming","call_session_id":{{call_session_id}}}', "{{call_session_id}}"),
    (b"", b'{"from":"${caller}"}', "${caller}"),
    (b"number=%CALLER%", b"", "%CALLER%"),
    (b"number=%7Bfrom%7D&id=1", b"", "{from}"),
    (b"", b"from=<CALLER>", "<CALLER>"),
    (b"number=79161234567", b'{"name":"{x} in a text","empty":{}}', ""),
]


def test_a_placeholder_is_found() -> None:
    with rows() as row:
        for query, body, found in PLACEHOLDERS:
            with row(query or body):
                assert unfilled(Hook(method="POST", query=query, body=body, received_at=NOW)) == found
