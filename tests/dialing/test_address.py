"""The address behind the call buttons, and the buttons themselves."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.template import Context, Template
from django.test import Client
from django.utils import translation

from telephony.dialing import orders
from telephony.domain.exceptions import CallBusy
from telephony.models import Dial, Extension
from telephony.ui.markup import call_button
from tests.dialing.pbx import CLIENT, Pbx
from tests.telephony.factories import make_user

pytestmark = pytest.mark.django_db

ORDER, CHOICES = "/telephony/dial/", "/telephony/dial/choices/"


def allow(user: Any, *codenames: str) -> None:
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))


def browser_of(user: Any, *rights: str) -> Client:
    allow(user, "dial", *rights)
    client = Client()
    client.force_login(user)
    return client


def post(client: Client, **sent: Any) -> tuple[int, dict[str, Any]]:
    """What the page is told at last."""
    body = json.dumps({"phone": CLIENT, "key": "click-0001", **sent})
    answer = client.post(ORDER, body, content_type="application/json")
    if answer.json().get("state") == "ordered":
        answer = client.get(f"{ORDER}{answer.json()['id']}/")
    return answer.status_code, answer.json()


def test_a_click_is_answered_in_words(pbx: Pbx) -> None:
    phone = pbx.phone("sipuni")
    status, told = post(browser_of(phone.user))
    assert status == 200
    assert told == {
        "id": Dial.objects.get().pk,
        "state": "sent",
        "code": "",
        "text": "Your phone rings. Pick it up, and +7 920 111-96-13 is called.",
        "tone": "good",
        "try_again": False,
        "link": None,
    }


def test_a_second_click_gets_the_same(pbx: Pbx) -> None:
    browser = browser_of(pbx.phone("sipuni").user)
    assert post(browser) == post(browser)
    assert len(pbx.asked) == 1


def test_the_phone_to_ring_can_be_named(pbx: Pbx) -> None:
    first = pbx.phone("sipuni")
    second = pbx.phone("xvb", user=first.user)
    post(browser_of(first.user), extension=second.pk)
    assert [slug for slug, _ in pbx.accepted] == ["xvb"]


def test_what_was_given_up_is_told_and_never_ordered(pbx: Pbx) -> None:
    browser = browser_of(pbx.phone("sipuni").user)
    status, told = post(browser, withdraw=True)
    assert (status, told["state"], told["code"]) == (200, "refused", "withdrawn")
    assert post(browser) == (status, told)
    assert not pbx.asked


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        "[" * 100_000,
        "{}",
        '{"phone": 79201119613, "key": "click-0001"}',
        '{"phone": " ", "key": "click-0001"}',
        '{"phone": "+7920\\u0000", "key": "click-0001"}',
        '{"phone": "+7920\\ud800", "key": "click-0001"}',
        json.dumps({"phone": "1" * 201, "key": "click-0001"}),
        '{"phone": "+79201119613"}',
        '{"phone": "+79201119613", "key": "short"}',
        '{"phone": "+79201119613", "key": "не-латиница"}',
        json.dumps({"phone": "+79201119613", "key": "1" * 65}),
        '{"phone": "+79201119613", "key": "click-0001", "extension": "1"}',
        '{"phone": "+79201119613", "key": "click-0001", "extension": true}',
        '{"phone": "+79201119613", "key": "click-0001", "extension": 1e30}',
        '{"phone": "+79201119613", "key": "click-0001", "extension": 99999999999999999999}',
    ],
)
def test_a_request_that_makes_no_sense(pbx: Pbx, body: str) -> None:
    answer = browser_of(pbx.phone("sipuni").user).post(ORDER, body, content_type="application/json")
    assert (answer.status_code, answer.json()["tone"]) == (400, "bad")
    assert not Dial.objects.exists()


def test_a_key_that_belongs_to_another_number(pbx: Pbx) -> None:
    browser = browser_of(pbx.phone("sipuni").user)
    post(browser)
    status, told = post(browser, phone="+79160000001")
    assert (status, told["tone"]) == (409, "bad")


def test_a_user_whose_other_orders_take_too_long(pbx: Pbx, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(**_: Any) -> None:
        raise CallBusy("held")

    monkeypatch.setattr(orders.locks, "take", busy)
    status, told = post(browser_of(pbx.phone("sipuni").user))
    assert (status, told["text"][:31]) == (503, "Your other calls are still being"[:31])


def test_only_for_whoever_is_logged_in_and_may_call(pbx: Pbx) -> None:
    phone = pbx.phone("sipuni")
    assert post(Client())[0] == 401
    client = Client()
    client.force_login(phone.user)
    status, told = post(client)
    assert (status, told["text"]) == (403, "You have no right to call from here. Ask your administrator for it.")
    assert client.get(CHOICES).status_code == 403
    assert Client().get(CHOICES).status_code == 401
    assert not pbx.asked


def test_only_by_post(pbx: Pbx) -> None:
    assert browser_of(pbx.phone("sipuni").user).get(ORDER).status_code == 405


def test_the_result_is_told_to_whoever_clicked_alone(pbx: Pbx) -> None:
    browser = browser_of(pbx.phone("sipuni").user)
    address = f"{ORDER}{post(browser)[1]['id']}/"
    assert browser.get(address).json()["state"] == "sent"
    assert Client().get(address).status_code == 401
    other = browser_of(make_user("boris")).get(address)
    assert (other.status_code, other.json()["text"][:22]) == (404, "There is no such order")
    assert browser.get(f"{ORDER}999999/").status_code == 404


def test_the_users_phones_the_preferred_one_first(pbx: Pbx) -> None:
    first = pbx.phone("sipuni", name="Moscow office")
    second = pbx.phone("mobilon", user=first.user, name="Mobilon of Tver")
    Extension.objects.filter(pk=second.pk).update(number="")
    browser = browser_of(first.user)
    post(browser, extension=second.pk)
    answer = browser.get(CHOICES, {"phone": CLIENT}).json()
    assert answer["phones"] == [
        {"id": second.pk, "name": "my phone", "connection": "Mobilon of Tver"},
        {"id": first.pk, "name": "101", "connection": "Moscow office (Sipuni)"},
    ]
    assert answer["csrf"]
    assert all(answer["words"].values())


def test_without_a_phone_the_page_is_told_why() -> None:
    answer = browser_of(make_user("anna")).get(CHOICES).json()
    assert (answer["phones"], answer["text"][:23]) == ([], "No phone of yours is kn")


def test_who_may_mend_it_gets_a_link(pbx: Pbx) -> None:
    wrong = pbx.phone("sipuni", settings={**pbx.settings("sipuni"), "secret": "wrong"})
    assert post(browser_of(wrong.user))[1]["link"] is None
    told = post(browser_of(wrong.user, "change_connection"))[1]
    assert told["link"] == {
        "url": f"/admin/telephony/connection/{wrong.connection_id}/change/",
        "text": "Open the connection's settings",
    }
    nobody = make_user("anna")
    assert post(browser_of(nobody))[1]["link"] is None
    told = post(browser_of(nobody, "view_extension"), key="click-0002")[1]
    assert told["link"] == {"url": "/admin/telephony/extension/", "text": "Open the extensions"}


class TestButton:
    def drawn(self, number: object) -> str:
        return Template("{% load telephony_dial %}{% call_button number %}").render(Context({"number": number}))

    def test_it_is_a_link_for_telephones_too(self) -> None:
        html = self.drawn("8 (920) 111-96-13")
        assert 'href="tel:89201119613"' in html
        assert 'data-dial="89201119613"' in html
        assert f'data-dial-url="{ORDER}"' in html
        assert 'aria-label="Call 89201119613"' in html

    @pytest.mark.parametrize(
        "number", [None, "", "101", "0", "CallAPI", "anonymous", "{NUMBER}", "７９２０１１１９６１３"]
    )
    def test_not_for_what_can_not_be_called(self, number: object) -> None:
        assert self.drawn(number) == ""

    def test_nothing_gets_into_the_page_with_a_number(self) -> None:
        assert "<script" not in call_button('+79201119613"><script>')

    def test_in_the_readers_language(self) -> None:
        with translation.override("ru"):
            assert "79201119613" in self.drawn("+79201119613")
