"""A forgotten password: the link comes by mail, and the page tells nobody who has a login."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse

from config import tasks
from config.people.forgotten import send
from tests.people.conftest import PASSWORD

pytestmark = pytest.mark.django_db
PAGE = "/people/password/forgotten/"


@pytest.fixture
def by_mail(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail is set up, and a worker takes the work at once."""
    settings.MAIL_IS_SET_UP = True
    monkeypatch.setattr(tasks.mail_password_link, "delay", send)


@pytest.mark.usefixtures("by_mail")
@pytest.mark.parametrize("said", ["anna", "Anna@Example.ru"])
def test_the_mailed_link_sets_the_password(make_person: Callable[..., User], said: str) -> None:
    anna = make_person("anna", "Operator", email="anna@example.ru")
    assert "is on its way" in Client().post(PAGE, {"login": said}).text
    (letter,) = mail.outbox
    assert letter.to == ["anna@example.ru"]
    link = re.search(r"http://testserver\S+", letter.body)
    assert link
    form = Client()
    opened = form.get(link[0], follow=True)
    form.post(opened.redirect_chain[-1][0], {"new_password1": PASSWORD + "!", "new_password2": PASSWORD + "!"})
    anna.refresh_from_db()
    assert anna.check_password(PASSWORD + "!")


@pytest.mark.usefixtures("by_mail")
def test_everybody_reads_the_same_and_a_link_goes_out_once_an_hour(make_person: Callable[..., User]) -> None:
    make_person("anna", "Operator", email="anna@example.ru")
    make_person("boris", "Operator")
    make_person("gone", "Operator", email="gone@example.ru", is_active=False)
    token = re.compile(r'value="[^"]{20,}"|nonce="[^"]+"')
    answers = {
        token.sub("", Client().post(PAGE, {"login": login}).text) for login in ("anna", "boris", "gone", "nobody")
    }
    assert len(answers) == 1
    Client().post(PAGE, {"login": "anna"})
    assert [letter.to for letter in mail.outbox] == [["anna@example.ru"]]


@pytest.mark.usefixtures("by_mail")
def test_who_shares_an_address_says_the_login(make_person: Callable[..., User]) -> None:
    for name in ("anna", "boris"):
        make_person(name, "Operator", email="office@example.ru")
    Client().post(PAGE, {"login": "office@example.ru"})
    assert mail.outbox == []
    Client().post(PAGE, {"login": "boris"})
    assert "boris" in mail.outbox[0].body


def test_without_mail_the_login_page_says_whom_to_ask() -> None:
    assert Client().get(PAGE).status_code == 404
    page = Client().get(reverse("admin:login")).text
    assert "Your administrator gives you a link" in page
    assert PAGE not in page
