"""Why calls were lost: every figure leads to as many calls, on the page and in the file; the call's page says it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from telephony.call_log.pages import filtered
from telephony.domain.events import CallStatus, Direction
from telephony.models import Call, Connection, Schedule
from telephony.reports.lost import lost_calls
from telephony.reports.period import Period
from telephony.reports.rebuilding import differences
from tests.reports.calls import Played, play

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAYS = "first_day=2026-03-02&last_day=2026-03-03"


def test_figures_of_lost_calls(client: Client, connection: Connection, owner: Any, anna: Any) -> None:
    Schedule.objects.create(name="Office", time_zone="UTC", is_default=True, monday="09:00-18:00")
    played = [
        ("not_picked_up", NOON, Direction.INCOMING, CallStatus.NO_ANSWER, "101"),
        ("nobodys_phone", NOON, Direction.INCOMING, CallStatus.NO_ANSWER, "199"),
        ("gave_up_ringing", NOON, Direction.INCOMING, CallStatus.CANCELLED, "101"),
        ("busy", NOON, Direction.INCOMING, CallStatus.BUSY, "101"),
        ("outside_hours", NOON + timedelta(hours=9), Direction.INCOMING, CallStatus.NO_ANSWER, "101"),
        ("outside_hours", NOON + timedelta(days=1), Direction.INCOMING, CallStatus.BUSY, "101"),
        ("not_picked_up", NOON, Direction.OUTGOING, CallStatus.NO_ANSWER, "101"),
        ("", NOON, Direction.INCOMING, CallStatus.ANSWERED, "101"),
    ]
    calls = play(
        connection,
        [Played(at=at, direction=way, status=status, phone=phone, talked=9) for _, at, way, status, phone in played],
    )
    assert [Call.objects.get(pk=call.pk).fact.cause for call in calls] == [cause for cause, *_ in played]
    assert list(differences(mend=False)) == []

    day = NOON.date()
    period = Period(first=day, last=day + timedelta(days=1), zone=timezone.get_current_timezone())
    found = lost_calls(owner, period, Direction.INCOMING)
    assert {row.label: row.figure.value for row in found.rows()}["outside working hours"] == 2
    assert sum(row[2] for row in list(found.sheet())[1:]) == found.total.value == 6

    client.force_login(owner)
    page = client.get(f"{reverse('telephony:report_lost')}?{DAYS}").content.decode()
    figures = re.findall(r'<a class="tel-link" href="([^"]*\?[^"]*(?:cause|lost)=[^"]*)">(\d+)</a>', page)
    assert len(figures) > 10
    for url, value in figures:
        query = dict(part.split("=") for part in unescape(url).partition("?")[2].split("&"))
        assert filtered(owner, query).qs.count() == int(value), url
    sheet = client.get(f"{reverse('telephony:report_export', args=['lost', 'csv'])}?{DAYS}")
    assert b"".join(sheet.streaming_content).count(b"\n") == 6  # type: ignore[attr-defined]

    call_page = client.get(reverse("admin:telephony_call_change", args=[calls[2].pk])).content.decode()
    assert "The client hung up after 10 s, while phones rang." in call_page
    as_json = client.get(f"/api/v1/calls/{calls[1].pk}/").json()
    assert (as_json["cause"], "belong to nobody" in as_json["cause_text"]) == ("nobodys_phone", True)


@pytest.mark.parametrize(("last", "said"), [(2, "2 March 2026."), (3, "2 March 2026 – 3 March 2026.")])
def test_one_day_is_named_once(client: Client, owner: Any, last: int, said: str) -> None:
    client.force_login(owner)
    days = f"first_day=2026-03-02&last_day=2026-03-0{last}"
    page = client.get(f"{reverse('telephony:report_lost')}?{days}").content.decode()
    assert [part.strip() for part in re.findall(r'tel-filter-more">([^<]+)</p>', page)] == [said]
