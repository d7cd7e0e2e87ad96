"""The first page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from telephony.models import Call, Connection, Delivery
from tests.admin.pages import page_of
from tests.admin.world import connect, play_sipuni, send

CALLS = "/telephony/calls/"
pytestmark = pytest.mark.django_db


def _index(client: Client) -> tuple[dict[str, object], str]:
    response = client.get(reverse("admin:index"))
    assert response.status_code == 200
    return response.context["dashboard"], response.text


def test_an_empty_system_shows_the_first_steps(owner: Client) -> None:
    shown, html = _index(owner)
    assert "First steps" in html
    assert reverse("telephony:connect") in html
    assert shown["rows"] == []


def test_numbers_of_today_and_of_right_now(owner: Client) -> None:
    sipuni = connect("sipuni")
    play_sipuni(sipuni, "1.answered")
    play_sipuni(sipuni, "2.missed", status="NOANSWER")
    play_sipuni(sipuni, "3.yesterday", status="NOANSWER")
    send(sipuni, event=1, call_id="4.open", src_num="79001112233", src_type=1, dst_num="74951234567", dst_type=1)
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    Call.objects.update(started_at=midnight)
    Call.objects.filter(external_id="3.yesterday").update(started_at=midnight - timedelta(seconds=1))
    shown, html = _index(owner)
    today = shown["today"]
    assert (today.calls, today.incoming, today.missed, today.ringing, today.talking) == (3, 3, 1, 1, 0)  # type: ignore[attr-defined]
    assert "First steps" not in html
    assert page_of(Call.objects.get(external_id="4.open")) in html
    missed = owner.get(str(shown["missed_url"])).context["rows"]
    assert [row.url for row, *_ in missed] == [page_of(Call.objects.get(external_id="2.missed"))]


def test_connections_with_their_health(owner: Client) -> None:
    quiet, off, silent, busy = connect("xvb"), connect("sipuni"), connect("mobilon"), connect("wirecrm")
    Connection.objects.filter(pk=off.pk).update(enabled=False)
    send(silent, number="{NUMBER]")
    send(busy, event="")
    Delivery.objects.filter(connection=silent).update(received_at=timezone.now() - timedelta(days=2))
    shown, html = _index(owner)
    health = {item["name"]: (item["health"], item["tone"]) for item in shown["connections"]}  # type: ignore[attr-defined]
    assert health[quiet.name] == ("nothing yet", "warn")
    assert health[off.name] == ("off", "plain")
    assert health[silent.name] == ("silent for 2\xa0days", "warn")
    assert health[busy.name] == ("just now", "good")
    assert "1 failed" in html
    assert "1 needs attention" in html


def test_the_latest_message_is_the_one_that_came_last_not_the_one_that_was_stored_last(owner: Client) -> None:
    sipuni = connect("sipuni")
    send(sipuni, event="")
    send(sipuni, event="")
    Delivery.objects.filter(pk=Delivery.objects.latest("pk").pk).update(received_at=timezone.now() - timedelta(days=14))
    (shown,) = _index(owner)[0]["connections"]  # type: ignore[misc]
    assert (shown["health"], shown["tone"]) == ("just now", "good")


def test_a_connection_whose_last_delivery_was_deleted_is_silent_since_its_last_call(owner: Client) -> None:
    sipuni = connect("sipuni")
    play_sipuni(sipuni, "1.answered")
    Call.objects.update(started_at=timezone.now() - timedelta(days=105))
    Delivery.objects.all().delete()
    (shown,) = _index(owner)[0]["connections"]  # type: ignore[misc]
    assert (shown["health"], shown["tone"]) == ("silent for 3\xa0months", "warn")
    assert "Nothing has arrived yet." not in owner.get(page_of(sipuni)).text


def test_people_see_what_they_may(owner: Client) -> None:
    sipuni = connect("sipuni")
    play_sipuni(sipuni, "1.answered")
    staff = User.objects.create_user("staff", is_staff=True)
    client = Client()
    client.force_login(staff)
    shown, html = _index(client)
    assert shown["nothing_allowed"]
    assert sipuni.name not in html
    assert f'class="tel-card tel-tile" href="{CALLS}' not in html
    staff.user_permissions.add(Permission.objects.get(codename="view_call"))
    assert _index(client)[0]["nothing_allowed"], "whose calls was not said yet"
    staff.user_permissions.add(Permission.objects.get(codename="see_all_calls"))
    shown, html = _index(client)
    assert "79235292926" in html
    assert "connections" not in shown
    assert f'class="tel-card tel-tile" href="{CALLS}?period=today"' in html
    assert reverse("admin:telephony_delivery_changelist") not in html
    assert client.get("/admin/telephony/delivery/").status_code == 403


def test_it_says_that_recordings_wait_for_room_on_the_disk(owner: Client, settings: Any) -> None:
    connect("sipuni")
    assert "Recordings are not fetched for now" not in _index(owner)[1]
    settings.TELEPHONY_DISK_FLOOR = 2**60
    assert "Recordings are not fetched for now" in _index(owner)[1]
