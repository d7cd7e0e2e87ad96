"""`manage.py calls`: what scripts read."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from telephony.models import Connection
from tests.telephony.factories import ConnectionFactory, ExtensionFactory, make_contact, make_user
from tests.telephony.messages import (
    CLIENT,
    OUR_NUMBER,
    deliver,
    sipuni,
    sipuni_answers,
    sipuni_ends,
    sipuni_rings,
    wirecrm,
    xvb,
)

pytestmark = pytest.mark.django_db
LINK = "https://records.example/1.mp3"


def run(*arguments: Any) -> list[str]:
    out = StringIO()
    call_command("calls", *(str(argument) for argument in arguments), stdout=out)
    return out.getvalue().splitlines()


def calls(*arguments: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(*arguments, "--json")]


EVERYTHING: dict[str, Any] = {
    "external_id": "1.10",
    "vendor": "sipuni",
    "direction": "incoming",
    "status": "answered",
    "client_raw": CLIENT,
    "client_e164": "+" + CLIENT,
    "our_number": OUR_NUMBER,
    "started_at": "2024-01-29T10:00:00Z",
    "ringing_at": "2024-01-29T10:00:02Z",
    "answered_at": "2024-01-29T10:00:10Z",
    "ended_at": "2024-01-29T10:00:40Z",
    "ring_seconds": 10,
    "talk_seconds": 30,
    "end_reason": None,
    "cause": None,
    "responsible": "anna",
    "contact": "Иван Иванов",
    "legs": [
        {
            "role": "called",
            "extension": "101",
            "user": "anna",
            "status": "answered",
            "rang_at": "2024-01-29T10:00:02Z",
            "answered_at": "2024-01-29T10:00:10Z",
            "ended_at": "2024-01-29T10:00:40Z",
            "talk_seconds": 30,
            "is_transfer": False,
            "end_is_inferred": False,
        }
    ],
    "recording": LINK,
    "tracking": {"roistat": "7"},
    "conflicts": [],
    "flag": None,
}


def test_everything_about_a_call(connection: Connection) -> None:
    ExtensionFactory.create(connection=connection, number="101", user=make_user("anna"))
    make_contact("+" + CLIENT, "Иван Иванов")
    for second, message in (
        (0, sipuni(1, 0, roistat="7")),
        (2, sipuni_rings(2, "101")),
        (10, sipuni_answers(10, "101")),
        (40, sipuni_ends(40, call_record_link=LINK)),
    ):
        deliver(connection, message, second)
    (call,) = calls()
    assert call.pop("id")
    assert call == {"connection": connection.pk, **EVERYTHING}
    assert run() == [
        "2024-01-29T10:00:00Z  sipuni   incoming  answered   Иван Иванов 30 s  anna",
    ]


def test_what_is_not_known_is_null(db: None) -> None:
    connection = ConnectionFactory.create(vendor="wirecrm")
    deliver(connection, wirecrm("NOTIFY_START", caller_id="0", called_did=""))
    (call,) = calls()
    nothing = ["client_e164", "our_number", "ringing_at", "answered_at", "ended_at", "talk_seconds", "responsible"]
    assert {call[name] for name in [*nothing, "contact", "recording", "flag"]} == {None}
    assert (call["client_raw"], call["legs"]) == ("", [])
    assert run()[0].split()[-1] == "-"


def test_a_remark_is_told(db: None) -> None:
    deliver(ConnectionFactory.create(vendor="xvb"), xvb("COMPLETED", status="missed"))
    assert calls()[0]["flag"] == "no_start_seen"


def test_oldest_first_and_of_one_connection(connection: Connection) -> None:
    for second in (200, 0, 100):
        deliver(connection, sipuni(1, second, call_id=str(second)))
    deliver(ConnectionFactory.create(), sipuni(1, 50, call_id="other"))
    assert [call["external_id"] for call in calls()] == ["0", "other", "100", "200"]
    assert [call["external_id"] for call in calls("--connection", connection.pk)] == ["0", "100", "200"]


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("2024-01-29", ["night", "noon", "evening"]),  # From midnight of the site's zone, Europe/Moscow.
        ("2024-1-29", ["night", "noon", "evening"]),
        ("2024-01-29T13:00", ["noon", "evening"]),
        ("2024-01-29 13:00:01", ["evening"]),
        ("2024-01-29T10:00:00Z", ["noon", "evening"]),
        ("2024-01-29T12:00+02:00", ["noon", "evening"]),
        ("2024-01-30", []),
    ],
)
def test_since(connection: Connection, since: str, expected: list[str]) -> None:
    for name, hours in (("day before", -13.5), ("night", -12.5), ("noon", 0), ("evening", 8)):
        deliver(connection, sipuni(1, hours * 3600, call_id=name))
    assert [call["external_id"] for call in calls("--since", since)] == expected


@pytest.mark.parametrize("since", ["yesterday", "2024-13-01", "2024-02-30", "29.01.2024", "12:00"])
def test_a_time_that_is_none_is_named(db: None, since: str) -> None:
    with pytest.raises(CommandError, match=f"--since {since}: write a time like 2026-11-21"):
        run("--since", since)


def test_many_calls_take_few_queries(connection: Connection, django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        deliver(connection, sipuni_rings(number, "101", call_id=str(number)))
    with django_assert_max_num_queries(4):
        assert len(calls()) == 20
