"""What the cards' script may ask for and change: one's own, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from telephony.models import CallResult, Card, DeskSettings, Disposition, LiveEvent
from tests.desk.people import person
from tests.telephony.messages import sipuni_answers, sipuni_ends, sipuni_rings

pytestmark = pytest.mark.django_db
DESK = "/telephony/desk/"


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def card(tell: Callable[..., None], anna: Any) -> Card:
    tell(1, sipuni_rings(1, "101"))
    return Card.objects.get()


def page_of(user: Any) -> str:
    response = client_of(user).get(f"{DESK}cards/")
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    return str(response.content.decode())


def test_the_card_is_on_its_users_screen_and_on_nobody_elses(card: Card, anna: Any, boris: Any) -> None:
    chief = User.objects.create_superuser("chief")
    assert f"tel-card-{card.pk}" in page_of(anna)
    for other in (boris, chief):
        assert "tel-card-" not in page_of(other)


def test_that_a_browser_was_given_it_and_showed_it_is_noted_once(card: Card, anna: Any) -> None:
    assert 'data-shown-url="/' in page_of(anna)
    card.refresh_from_db()
    fetched_at = card.fetched_at
    assert fetched_at is not None
    assert card.shown_at is None
    for _again in range(2):
        assert client_of(anna).post(f"{DESK}cards/{card.pk}/shown/").status_code == 204
        Card.objects.filter(shown_at=None).update(shown_at=None)
    first = Card.objects.get().shown_at
    client_of(anna).post(f"{DESK}cards/{card.pk}/shown/")
    assert Card.objects.get().shown_at == first
    assert 'data-shown-url=""' in page_of(anna)
    assert Card.objects.get().fetched_at == fetched_at


@pytest.mark.parametrize("action", ["shown", "dismiss", "result", "choose"])
def test_somebody_elses_card_can_not_be_touched(card: Card, boris: Any, action: str) -> None:
    before = Card.objects.values().get()
    assert client_of(boris).post(f"{DESK}cards/{card.pk}/{action}/").status_code == 404
    assert Card.objects.values().get() == before


@pytest.mark.parametrize("path", ["cards/", "state/", "board/rows/"])
def test_who_is_not_logged_in_is_told_so_without_a_page(db: None, path: str) -> None:
    response = Client().get(DESK + path)
    assert response.status_code == 403
    assert response.headers["Content-Type"].startswith("text/plain")


def test_reading_only_reads_and_changing_only_posts(card: Card, anna: Any) -> None:
    assert client_of(anna).get(f"{DESK}cards/{card.pk}/dismiss/").status_code == 405
    assert client_of(anna).post(f"{DESK}cards/").status_code == 405


def test_a_post_from_another_site_is_refused(card: Card, anna: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)
    assert client.post(f"{DESK}cards/{card.pk}/dismiss/").status_code == 403


def test_the_result_is_kept_and_can_be_changed(card: Card, anna: Any, tell: Callable[..., None]) -> None:
    order, question = (Disposition.objects.create(label=label) for label in ("Order", "Question"))
    tell(5, sipuni_answers(5, "101"))
    assert "Order" in page_of(anna)
    address = f"{DESK}cards/{card.pk}/result/"
    assert client_of(anna).post(address, {"disposition": order.pk, "note": " wants two \x00"}).status_code == 204
    tell(50, sipuni_ends(50))
    assert (
        client_of(anna).post(address, {"disposition": question.pk, "note": "and tea", "close": "1"}).status_code == 204
    )
    result = CallResult.objects.get()
    assert (result.user, result.disposition, result.note) == (anna, question, "and tea")
    assert Card.objects.get().dismissed_at is not None
    assert "tel-card-" not in page_of(anna)


def test_a_result_that_can_not_be_kept_says_why(card: Card, anna: Any) -> None:
    address = f"{DESK}cards/{card.pk}/result/"
    gone = client_of(anna).post(address, {"disposition": "77"})
    assert (gone.status_code, gone.content.decode()) == (
        400,
        "This result can't be chosen any more. Choose another one.",
    )
    assert client_of(anna).post(address, {"disposition": "x"}).status_code == 400
    assert "longer than 5000" in client_of(anna).post(address, {"note": "x" * 5001}).content.decode()
    assert not CallResult.objects.exists()


def test_what_is_done_in_one_tab_is_told_to_the_others(card: Card, anna: Any) -> None:
    newest = client_of(anna).get(f"{DESK}state/").json()
    assert newest["board"] is None
    client_of(anna).post(f"{DESK}cards/{card.pk}/dismiss/")
    assert client_of(anna).get(f"{DESK}state/").json()["cards"] > newest["cards"]


def test_all_cards_are_closed_at_once_and_nobody_elses(card: Card, anna: Any, boris: Any) -> None:
    other = Card.objects.create(call=card.call, user=boris, created_at=timezone.now())
    wanted = {"card": [card.pk, other.pk, "x", "9" * 30]}
    assert client_of(anna).post(f"{DESK}cards/dismiss/", wanted).status_code == 204
    card.refresh_from_db()
    other.refresh_from_db()
    assert card.dismissed_at is not None
    assert other.dismissed_at is None


def test_the_state_tells_of_the_board_only_those_who_see_it(card: Card) -> None:
    chief = User.objects.create_superuser("chief")
    assert client_of(chief).get(f"{DESK}state/").json() == {
        "cards": 0,
        "board": LiveEvent.objects.filter(user=None).latest("pk").pk,
    }


def test_an_open_page_is_noted(anna: Any) -> None:
    page_of(anna)
    first = DeskSettings.objects.get(user=anna).seen_at
    page_of(anna)
    assert DeskSettings.objects.get(user=anna).seen_at == first
    DeskSettings.objects.update(seen_at=timezone.now() - timedelta(minutes=2))
    page_of(anna)
    assert DeskSettings.objects.get(user=anna).seen_at > first


def test_the_settings_are_ones_own_and_all_tabs_hear_of_them(anna: Any, boris: Any) -> None:
    client = client_of(anna)
    fields = {"sound": "on", "volume": "80", "opens_contact": "ringing", "silence": "60"}
    assert client.post(f"{DESK}settings/", fields).status_code == 302
    row = DeskSettings.objects.get(user=anna)
    assert (row.cards, row.sound, row.volume, row.opens_contact) == (False, True, 80, "ringing")
    assert row.is_undisturbed(timezone.now())
    assert not row.is_undisturbed(timezone.now() + timedelta(hours=2))
    assert LiveEvent.objects.get(topic="cards").user == anna
    assert "as now: until" in client.get(f"{DESK}settings/").content.decode()
    assert client.post(f"{DESK}settings/", {**fields, "silence": "keep"}).status_code == 302
    assert DeskSettings.objects.get(user=anna).do_not_disturb_until == row.do_not_disturb_until
    for silence, until in (("on", None), ("tomorrow", 8), ("off", None)):
        client.post(f"{DESK}settings/", {**fields, "silence": silence})
        row = DeskSettings.objects.get(user=anna)
        assert row.do_not_disturb == (silence != "off")
        ends = row.do_not_disturb_until
        assert (timezone.localtime(ends).hour if ends else None) == until
    client.post(f"{DESK}settings/", {**fields, "silence": "on"})
    assert "as now: until I switch it off here" in client.get(f"{DESK}settings/").content.decode()
    assert not DeskSettings.objects.filter(user=boris).exists()


def test_settings_that_make_no_sense_are_refused(anna: Any) -> None:
    response = client_of(anna).post(f"{DESK}settings/", {"volume": "300", "opens_contact": "never", "silence": "off"})
    assert response.status_code == 200
    assert "less than or equal to 100" in response.content.decode()


def test_who_has_no_phone_here_is_told_what_to_do(db: None) -> None:
    assert "No phone is yours here yet" in client_of(person("zoe")).get(f"{DESK}settings/").content.decode()


def test_the_script_does_nothing_on_the_log_in_page(anna: Any) -> None:
    assert 'desk.js"' in Client().get("/admin/login/").content.decode()
    assert f'desk.js?desk={DESK}"' in client_of(anna).get("/admin/").content.decode()
