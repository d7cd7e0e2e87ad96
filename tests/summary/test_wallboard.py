"""The big screen: who may see it, what it shows, and that it stays."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from telephony.models import Call, Connection
from telephony.summary import wallboard
from tests.summary.calls import make_calls

pytestmark = pytest.mark.django_db
PAGE, ROWS = "/telephony/wallboard/", "/telephony/wallboard/rows/"


def shown(user: Any) -> tuple[int, int, int]:
    figures = signed_in(user).get(ROWS).context["figures"]
    missed = figures.total.missed + figures.total.missed_outside
    return figures.total.answered, missed, figures.clients.waiting


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def today(connection: Connection, anna: Any, boris: Any) -> datetime:
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    make_calls(connection, [anna, boris], begin=midnight - timedelta(days=1), days=2, count=60)
    return midnight


def test_it_shows_today_as_far_as_one_may_see(today: datetime, anna: Any, olga: Any, owner: Any) -> None:
    def plain(**legs: Any) -> tuple[int, int]:
        calls = Call.objects.filter(started_at__gte=today, direction="incoming", **legs)
        return calls.filter(status="answered").count(), sum(call.is_missed for call in calls)

    assert shown(owner)[:2] == plain()
    assert shown(olga)[:2] == plain(legs__user=anna) != plain()


def test_at_midnight_it_begins_anew(today: datetime, owner: Any) -> None:
    assert any(shown(owner))
    with time_machine.travel(today + timedelta(days=3)):
        assert shown(owner) == (0, 0, 0)


def test_an_operator_and_a_stranger_see_none(anna: Any) -> None:
    assert [signed_in(anna).get(page).status_code for page in (PAGE, ROWS)] == [403, 403]
    assert Client().get(ROWS).status_code == 403
    assert Client().get(PAGE)["Location"].startswith("/admin/login/")


def test_a_right_to_see_calls_is_enough(owner: Any) -> None:
    owner.user_permissions.set(owner.user_permissions.filter(codename="see_all_calls"))
    with time_machine.travel(timezone.now(), tick=False):
        page = signed_in(owner).get(PAGE)
        assert page.status_code == 200
        assert signed_in(owner).get(ROWS).text in page.text
    assert f'data-zone="{timezone.get_current_timezone_name()}"' in page.text


def test_another_version_of_its_files_is_another_version(owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signed_in(owner).get(ROWS).context["version"]
    assert signed_in(owner).get(ROWS).context["version"] == before
    monkeypatch.setattr(wallboard, "static", lambda name: f"{name}?new")
    assert signed_in(owner).get(ROWS).context["version"] != before


def test_a_screen_that_asks_each_day_stays_signed_in(owner: Any) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in(owner)
        for _day in range(40):
            assert client.get(ROWS).status_code == 200
            clock.shift(timedelta(days=1))
        clock.shift(timedelta(days=15))
        assert client.get(ROWS).status_code == 403


def test_it_takes_few_queries(today: datetime, owner: Any, django_assert_max_num_queries: Any) -> None:
    client = signed_in(owner)
    client.get(ROWS)
    with django_assert_max_num_queries(14):
        client.get(ROWS)
