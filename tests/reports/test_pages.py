"""The page of reports: every figure leads to a list with as many rows; exports; whose figures."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from telephony.call_log.pages import filtered
from telephony.domain.events import CallStatus, Direction
from telephony.models import CallResult, Connection, Disposition, Schedule
from telephony.reports import tables
from telephony.reports.charts import heat_map
from telephony.reports.figures import read_figures
from telephony.reports.missed import clients
from telephony.reports.period import Period
from telephony.reports.tiles import tiles
from tests.reports.calls import Played, play

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def week(connection: Connection, anna: Any, boris: Any, olga: Any) -> Period:
    """Calls of two employees on three days, some of them at night, some with results."""
    Schedule.objects.create(name="Office", time_zone="UTC", is_default=True, monday="09:00-18:00")
    outcomes = [CallStatus.ANSWERED, CallStatus.NO_ANSWER, CallStatus.ANSWERED, CallStatus.BUSY, CallStatus.NO_ANSWER]
    calls = play(
        connection,
        [
            Played(
                at=MONDAY + timedelta(hours=number * 3, seconds=number),
                direction=Direction.OUTGOING if number % 4 == 3 else Direction.INCOMING,
                status=outcomes[number % 5],
                waited=number * 2,
                talked=60,
                phone=("101", "102", "199")[number % 3],
                client=f"+7916123456{number % 7}",
                tracking=("", "yandex")[number % 2],
            )
            for number in range(24)
        ],
    )
    sold = Disposition.objects.create(label="Sold")
    for user in (anna, boris):
        CallResult.objects.create(call=calls[0], user=user, disposition=sold)
    CallResult.objects.create(call=calls[1], user=anna, note="Only a note")
    day = MONDAY.date()
    return Period(first=day, last=day + timedelta(days=3), zone=timezone.get_current_timezone())


@pytest.mark.parametrize("who", ["owner", "olga", "anna"])
def test_every_figure_opens_a_list_with_as_many_calls(week: Period, owner: Any, olga: Any, anna: Any, who: str) -> None:
    user = {"owner": owner, "olga": olga, "anna": anna}[who]
    figures = read_figures(user, week, parts=tables.PARTS)
    found = [tables.by_day(figures, week), tables.by_hour(figures, week), *tables.breakdowns(figures, week)]
    cells = [(cell.url, cell.value) for table in found for row in table.rows for cell in row.cells if cell.value]
    spots = [spot for _day, row in heat_map(figures, week) for spot in row]
    cells += [(spot.url, spot.calls) for spot in spots if spot.calls]
    cells += [(spot.missed_url, spot.missed) for spot in spots if spot.missed]
    cells += [
        (tile.url, int(tile.value.split(" ")[0])) for tile in tiles(figures, figures, week) if ":" not in tile.value
    ]
    assert len(found) == 8
    assert len(cells) > 90
    for url, value in set(cells):
        log = filtered(user, _query(url))
        assert log.form.is_valid(), (url, log.form.errors)
        assert log.qs.count() == value, url


def _query(url: str) -> Any:
    from django.http import QueryDict

    return QueryDict(url.partition("?")[2])


def test_clients_are_as_many_as_the_figures_say(week: Period, owner: Any) -> None:
    of = read_figures(owner, week).clients
    counts = {show: clients(owner, week, show)[0] for show in ("all", "returned", "not_returned")}
    assert counts == {"all": of.missed, "returned": of.returned, "not_returned": of.not_returned}
    assert of.returned
    assert of.not_returned


def test_clients_come_in_pages(week: Period, owner: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("missed", "views"):
        monkeypatch.setattr(f"telephony.reports.{module}.ON_A_PAGE", 2)
    client.force_login(owner)
    address, seen, pages = f"/telephony/reports/missed/?first_day={week.first}&last_day={week.last}", set(), 0
    while address:
        page = client.get(address).content.decode()
        seen |= set(re.findall(r'href="(/telephony/missed/[0-9]+/)"', page))
        found = re.search(r'href="([^"]*)" rel="next"', page)
        address, pages = unescape(found[1]) if found else "", pages + 1
    count = read_figures(owner, week).clients.missed
    assert (len(seen), pages) == (count, -(-count // 2))
    assert client.get("/telephony/reports/missed/?page=x").status_code == 200


def test_the_page_and_its_exports(week: Period, owner: Any, client: Client) -> None:
    client.force_login(owner)
    days = f"first_day={week.first}&last_day={week.last}"
    page = client.get(f"/telephony/reports/?{days}").content.decode()
    links = {unescape(link) for link in re.findall(r'href="(/telephony/reports/[a-z]+\.[a-z]+\?[^"]*)"', page)}
    assert len(links) == 16
    sheet: Any = load_workbook(io.BytesIO(client.get(f"/telephony/reports/days.xlsx?{days}").content)).active
    rows = list(sheet.values)
    assert (sheet.freeze_panes, sheet["A2"].number_format) == ("A2", "yyyy-mm-dd")
    assert sheet.column_dimensions["A"].width > len("2026-03-02"), "a narrower column shows dates as ####"
    assert rows[1][0] == MONDAY.replace(tzinfo=None)
    assert sum(int(row[1] or 0) for row in rows[1:]) == read_figures(owner, week).total.calls
    names = ["день", "звонков", "входящих", "отвечено", "пропущено", "вне рабочего времени", "исходящих"]
    in_russian = client.get(f"/telephony/reports/days.xlsx?{days}", headers={"accept-language": "ru"}).content
    assert next(iter(load_workbook(io.BytesIO(in_russian)).active.values))[:7] == tuple(names)  # type: ignore[union-attr]
    csv = b"".join(client.get(f"/telephony/reports/sources.csv?{days}"))  # type: ignore[call-overload]
    assert b"yandex" in csv
    assert client.get("/telephony/reports/nothing.csv").status_code == 404


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("first_day=2026-02-30", "From day"),
        ("first_day=2026-03-02&last_day=2026-03-01", "before the first"),
        ("first_day=2026-01-01&last_day=2026-12-31", "92 days"),
        ("first_day=0001-01-01", "1970"),
        ("within=0", "Quick answer"),
        ("period=never", "Period"),
    ],
)
def test_what_is_wrong_is_said(owner: Any, client: Client, query: str, words: str) -> None:
    client.force_login(owner)
    page = client.get(f"/telephony/reports/?{query}")
    alerts = re.findall(r'role="alert">([^<]*)', page.content.decode())
    assert page.status_code == 200
    assert words in " ".join(alerts)
