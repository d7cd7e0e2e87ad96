"""What has the same name is the same figure, wherever it stands; and the list behind it has as many rows."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from telephony.call_log.pages import filtered
from telephony.missed import deciding
from telephony.models import Connection, MissedItem, ReportMail, Schedule
from telephony.models.schedule import WEEKDAYS
from telephony.summary.mail.content import content_of
from telephony.summary.mail.message import message_for
from tests.summary.calls import make_calls
from tests.summary.test_sending import Order

pytestmark = pytest.mark.django_db
DAYS = {"Europe/Berlin": date(2026, 3, 29), "Asia/Kathmandu": date(2026, 3, 28), "Europe/Moscow": date(2026, 2, 28)}
"""A Sunday when clocks go forward, and Saturdays."""
Figures = dict[str, int]


@pytest.fixture(params=DAYS)
def day(  # noqa: PLR0917
    request: Any, settings: Any, connection: Connection, anna: Any, boris: Any, owner: Any
) -> Any:
    """One with calls in working hours and outside of them; clients were talked with, one was closed, one put off."""
    settings.TIME_ZONE = request.param
    the_day, zone = DAYS[request.param], ZoneInfo(request.param)
    Schedule.objects.create(name="Office", time_zone=zone.key, is_default=True, **dict.fromkeys(WEEKDAYS, "9-15"))
    begin = datetime.combine(the_day, time.min, tzinfo=zone)
    with time_machine.travel(datetime.combine(the_day, time(23, 59), tzinfo=zone).astimezone(UTC), tick=False):
        make_calls(connection, [anna, boris], begin=begin - timedelta(days=1), days=2, count=120)
        first, second = MissedItem.objects.filter(state="open", first_at__gte=begin, first_at__lt=timezone.now())[:2]
        deciding.close(item=first, user=owner, reason="settled")
        deciding.snooze(item=second, user=owner, until=timezone.now() + timedelta(hours=1))
        yield the_day


def _read(user: Any, address: str) -> Any:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer


def _first_page(user: Any) -> Figures:
    shown = _read(user, "/admin/").context["dashboard"]
    tiles = {tile.title: int(tile.value.split(" ")[0]) for tile in shown["report"] if ":" not in tile.value}
    today = shown["today"]
    counts = {"calls": today.calls, "missed": today.missed, "outside": today.missed_outside}
    links = {"missed": shown["missed_url"], "outside": shown["outside_url"], "calls": shown["today_url"]}
    assert {name: _rows(user, url) for name, url in links.items()} == counts
    clients = {"clients": "Clients who were missed", "returned": "Returned", "not_returned": "Not returned"}
    return counts | {name: tiles[title] for name, title in clients.items()}


def _rows(user: Any, address: str) -> int:
    return filtered(user, QueryDict(address.partition("?")[2])).qs.count()


def _reports(user: Any) -> Figures:
    context = _read(user, "/telephony/reports/?period=today").context
    calls = {tile.title: tile for tile in context["tiles"]}
    clients = {tile.title: tile for tile in context["client_tiles"]}
    for tile in list(clients.values())[:3]:
        assert _read(user, tile.url).context["count"] == int(tile.value), tile.title
    names = {"calls": "Calls", "answered": "Answered", "missed": "Missed", "outside": "Missed outside working hours"}
    found = {name: int(calls[title].value) for name, title in names.items()}
    assert {name: _rows(user, calls[title].url) for name, title in names.items()} == found
    names = {"clients": "Clients who were missed", "returned": "Returned", "not_returned": "Not returned"}
    return found | {name: int(clients[title].value) for name, title in names.items()}


def _csv(user: Any) -> Figures:
    body = b"".join(_read(user, "/telephony/reports/days.csv?period=today")).decode("utf-8-sig")
    dialect = ";" if ";" in body else ","
    (row,) = csv.DictReader(StringIO(body), delimiter=dialect)
    names = {"calls": "calls", "answered": "answered", "missed": "missed", "outside": "outside working hours"}
    return {name: int(row[title]) for name, title in names.items()}


def _wallboard(user: Any) -> Figures:
    answer = _read(user, "/telephony/wallboard/rows/")
    figures = answer.context["figures"]
    assert f"and {figures.total.missed_outside} outside working hours" in answer.content.decode()
    total, clients = figures.total, figures.clients
    counts = {"answered": total.answered, "missed": total.missed, "outside": total.missed_outside}
    return counts | {"waiting": clients.waiting}


def _mail(user: Any, order: Order, day: date) -> Figures:
    subscription = order(user, time_zone=timezone.get_current_timezone_name())
    mail = ReportMail(subscription=subscription, day=day + timedelta(days=1), created_at=timezone.now())
    content = content_of(mail)
    total, clients = content.figures.total, content.figures.clients
    assert sum(bar.missed for bar in content.bars) == sum(row.missed for row in content.people) == total.missed
    text = str(message_for(mail).body)
    assert f"\nMissed: {total.missed} (" in text
    assert f"\nMissed outside working hours: {total.missed_outside} (" in text
    counts = {"answered": total.answered, "missed": total.missed, "outside": total.missed_outside}
    return counts | {"clients": clients.missed, "returned": clients.returned, "waiting": clients.waiting}


@pytest.mark.parametrize("who", ["owner", "olga"])
def test_a_figure_is_the_same_everywhere(day: date, order: Order, request: Any, who: str) -> None:
    user = request.getfixturevalue(who)
    places = {
        "first page": _first_page(user),
        "reports": _reports(user),
        "CSV": _csv(user),
        "wallboard": _wallboard(user),
        "mail": _mail(user, order, day),
    }
    reports = places["reports"]
    for place, figures in places.items():
        same = figures.keys() & reports.keys()
        assert {name: figures[name] for name in same} == {name: reports[name] for name in same}, place
    assert places["mail"]["waiting"] == places["wallboard"]["waiting"]
    assert who != "owner" or all(reports.values()), "a figure that is 0 proves nothing"
    assert reports["returned"] + reports["not_returned"] == reports["clients"]


def test_who_waits_is_the_same_everywhere(day: date, owner: Any) -> None:
    output = StringIO()
    call_command("missed", "--json", stdout=output)
    told = [json.loads(line) for line in output.getvalue().splitlines()]
    shown = _read(owner, "/telephony/missed/?whose=all&show=waiting").context["count"]
    assert shown == len(told) == MissedItem.objects.filter(state__in=["open", "taken", "snoozed"]).count()
    late = [one for one in told if one["state"] != "snoozed" and one["due_at"] < timezone.now().isoformat()]
    assert _read(owner, "/telephony/missed/badge/").json()["count"] == str(len(late))
    assert len(late) < len(told), "one is put off"
