"""Every page opens, and asks the database for as much with many rows as with few."""

from __future__ import annotations

import re

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from telephony.models import Call, Delivery, Recording
from tests.admin import pages
from tests.admin.world import add_rows, make_world

pytestmark = pytest.mark.django_db
FEW, MANY = 2, 9


@pytest.mark.parametrize("name", [*pages.OTHERS, *pages.LISTS, *pages.FORMS])
def test_pages_open_when_there_is_nothing(owner: Client, name: str) -> None:
    assert owner.get(reverse(name)).status_code == 200


def test_every_page_opens_when_there_is_something(owner: Client) -> None:
    make_world(calls=1)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"applied", "ignored", "failed"}
    for address in pages.every_page():
        response = owner.get(address)
        assert response.status_code == 200, address
        # A content security policy without 'unsafe-inline' for scripts has to be possible.
        assert not re.findall(r"<script(?![^>]*\ssrc=)[^>]*>|\son\w+=\"", response.text), address


def test_lists_take_as_many_queries_for_many_rows_as_for_few(owner: Client) -> None:
    def queries() -> dict[str, int]:
        counts = {}
        for name in ["admin:index", *pages.LISTS]:
            with CaptureQueriesContext(
                database,
            ) as captured:
                assert owner.get(reverse(name)).status_code == 200
            counts[name] = len(captured)
        return counts

    make_world(calls=FEW)
    queries()  # Fills what is kept between requests.
    few = queries()
    add_rows(calls=MANY)
    assert queries() == few
    assert few.pop("admin:index") <= 20, "it compares today with yesterday, and looks at what waits"
    assert max(few.values()) <= 15, few


def test_the_page_of_a_call_takes_as_many_queries_for_many_events(owner: Client) -> None:
    sipuni = make_world(calls=1)
    few_events = Call.objects.get(external_id="8.0")
    many_events = Call.objects.get(external_id="9.0")
    Recording.objects.create(call=few_events, source_sha256="of the one as of the other")
    counts = []
    for call in (few_events, few_events, many_events):
        with CaptureQueriesContext(database) as captured:
            owner.get(pages.page_of(call))
        counts.append(len(captured))
    assert counts[1] == counts[2]
    assert sipuni.calls.count() == 2


def test_login_page_works() -> None:
    from django.contrib.auth.models import User

    User.objects.create_superuser("somebody", "", "a-long-password")
    client = Client()
    assert client.get("/").status_code == 302
    assert "csrfmiddlewaretoken" in client.get(reverse("admin:login")).text
    wrong = client.post(reverse("admin:login"), {"username": "somebody", "password": "wrong"})
    assert wrong.status_code == 200
    right = client.post(reverse("admin:login"), {"username": "somebody", "password": "a-long-password"}, follow=True)
    assert right.redirect_chain == [(reverse("admin:index"), 302)]
    assert right.status_code == 200
