"""The journal of sign-ins: good and bad ones, for administrators only, and only for its time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.signin import throttle
from config.signin.clients import client as words_of
from config.signin.journal import PAGE
from config.tasks import forget_sign_ins
from tests.signin.conftest import PASSWORD, sign_in, wrong_before

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(make_person: Callable[..., User]) -> Client:
    client = Client(REMOTE_ADDR="192.0.2.77")
    client.force_login(make_person("chief", "Administrator"))
    return client


def _text(client: Client, **query: str) -> str:
    return client.get(reverse("sign-ins"), query).content.decode()


def test_it_tells_who_when_from_where_and_with_what(make_person: Callable[..., User], administrator: Client) -> None:
    make_person("anna", first_name="Анна", last_name="Орлова")
    sign_in("anna", "wrong", address="192.0.2.5")
    sign_in("anna", PASSWORD, address="192.0.2.6")
    sign_in("ghost", "wrong", address="192.0.2.7")
    page = _text(administrator)
    for words in ("Анна Орлова", "192.0.2.5", "192.0.2.6", "Firefox, Windows", "signed in", "refused"):
        assert words in page
    assert "nobody has this login" in page
    assert "192.0.2.6" not in _text(administrator, outcome="bad")
    assert "192.0.2.5" not in _text(administrator, outcome="good")
    assert "nobody has this login" not in _text(administrator, name="ANNA")


def test_a_password_typed_as_the_login_is_kept_nowhere_and_locked_like_any_other(
    make_person: Callable[..., User], administrator: Client
) -> None:
    make_person("anna")
    for _ in range(throttle.MOST_OF_PAIR):
        answer = sign_in(PASSWORD, PASSWORD, address="192.0.2.7")
    assert answer.status_code == 429
    assert "Locked out now" in _text(administrator)
    rows = [list(model.objects.values()) for model in (AccessAttempt, AccessFailureLog, AccessLog)]
    assert len(rows[1]) == throttle.MOST_OF_PAIR
    assert PASSWORD not in repr(rows)
    assert PASSWORD not in _text(administrator)
    assert sign_in("anna", PASSWORD, address="192.0.2.7").status_code == 302


def test_a_login_that_nobody_has_is_found_by_who_knows_it_and_let_in_again(administrator: Client) -> None:
    for _ in range(throttle.MOST_OF_PAIR):
        sign_in("ghost", "wrong", address="192.0.2.7")
    assert "192.0.2.7" in _text(administrator, name="ghost")
    (locked,) = administrator.get(reverse("sign-ins"), {"name": "ghos"}).context["locked"]
    assert administrator.get(reverse("sign-ins"), {"name": "ghos"}).context["rows"] == []
    administrator.post(reverse("let-in"), {"username": locked.username})
    assert sign_in("ghost", "wrong", address="192.0.2.7").status_code == 200


def test_what_was_kept_before_is_hidden_but_for_logins_that_are_or_were_somebodys(
    make_person: Callable[..., User], administrator: Client
) -> None:
    make_person("anna")
    told = {"user_agent": "", "http_accept": "", "path_info": ""}
    AccessLog.objects.create(username="left", **told)
    for model in (AccessAttempt, AccessFailureLog):
        for username in ("anna", "left", PASSWORD, "", None):
            more = {"failures_since_start": 1} if model is AccessAttempt else {}
            model.objects.create(username=username, **told, **more)
    for _ in range(2):
        import_module("config.migrations.0004_logins_that_nobody_has").hide(apps, None)
        for model in (AccessAttempt, AccessFailureLog):
            kept = list(model.objects.order_by("id").values_list("username", flat=True))
            assert kept == ["anna", "left", throttle.kept_name(PASSWORD), "", None]
    assert "nobody has this login" in _text(administrator, name=PASSWORD)


def test_older_rows_are_on_the_next_page(administrator: Client) -> None:
    AccessFailureLog.objects.bulk_create(
        AccessFailureLog(username=f"n{number}", user_agent="", http_accept="", path_info="")
        for number in range(PAGE + 5)
    )
    for number, row in enumerate(AccessFailureLog.objects.order_by("id")):
        AccessFailureLog.objects.filter(pk=row.pk).update(attempt_time=timezone.now() - timedelta(minutes=1 + number))
    first = administrator.get(reverse("sign-ins"), {"outcome": "bad"})
    second = administrator.get(reverse("sign-ins"), {"outcome": "bad", "before": first.context["older"]})
    names = [row.username for response in (first, second) for row in response.context["rows"]]
    assert names == [f"n{number}" for number in range(PAGE + 5)]
    assert second.context["older"] == ""
    assert administrator.get(reverse("sign-ins"), {"before": "yesterday"}).status_code == 200


@pytest.mark.parametrize("group", ["Operator", "Supervisor"])
def test_others_do_not_see_it_and_let_nobody_in(make_person: Callable[..., User], group: str) -> None:
    client = Client()
    client.force_login(make_person("anna", group))
    assert client.get(reverse("sign-ins")).status_code == 403
    assert client.post(reverse("let-in"), {"username": "boris"}).status_code == 403
    assert reverse("sign-ins") not in client.get(reverse("admin:index")).content.decode()


def test_an_administrator_lifts_a_lock(make_person: Callable[..., User], administrator: Client) -> None:
    make_person("anna")
    for _ in range(throttle.MOST_OF_PAIR):
        sign_in("anna", "wrong")
    assert "Locked out now" in _text(administrator)
    assert administrator.post(reverse("let-in"), {"username": "anna"}).status_code == 302
    assert "Locked out now" not in _text(administrator)
    assert sign_in("anna", PASSWORD).status_code == 302


def test_it_says_which_account_is_locked_where_and_how_each_attempt_ended(
    make_person: Callable[..., User], administrator: Client
) -> None:
    make_person("anna")
    sign_in("anna", PASSWORD, address="192.0.2.5")
    for _ in range(throttle.MOST_OF_PAIR):
        sign_in("anna", "wrong", address="192.0.2.6")
    context = administrator.get(reverse("sign-ins")).context
    (lock,) = context["locked"]
    assert (lock.username, lock.address, lock.count) == ("anna", "192.0.2.6", throttle.MOST_OF_PAIR)
    ends = [(row.outcome, row.tone) for row in context["rows"]]
    assert ends == [
        ("refused, and locked out", "bad"),
        *[("refused", "warn")] * (throttle.MOST_OF_PAIR - 1),
        *[("signed in", "good")] * 2,  # Anna, and the administrator.
    ]
    russian = administrator.get(reverse("sign-ins"), headers={"Accept-Language": "ru"}).context["rows"]
    assert [row.outcome for row in russian][1:2] == ["отказано"]


def test_the_lock_of_an_address_is_lifted_too(make_person: Callable[..., User], administrator: Client) -> None:
    make_person("anna")
    wrong_before("192.0.2.1", throttle.MOST_OF_ADDRESS)
    assert "every account" in _text(administrator)
    administrator.post(reverse("let-in"), {"address": "192.0.2.1"})
    assert sign_in("anna", PASSWORD).status_code == 302


def test_rows_go_after_their_time(make_person: Callable[..., User]) -> None:
    make_person("anna")
    sign_in("anna", "wrong")
    sign_in("anna", PASSWORD)
    sign_in("ghost", "wrong")
    forget_sign_ins()
    assert (AccessLog.objects.count(), AccessFailureLog.objects.count()) == (1, 2)
    with time_machine.travel(timezone.now() + timedelta(days=181)):
        forget_sign_ins()
    assert not any(model.objects.exists() for model in (AccessLog, AccessFailureLog, AccessAttempt))


def test_kinds_of_clients_are_told_in_words() -> None:
    edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140"
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
    assert [words_of(edge), words_of(phone), words_of("curl/8"), words_of("my robot"), words_of("")] == [
        *("Edge, Windows", "Safari, iPhone", "curl", "my robot", "")
    ]


def test_of_sessions_that_are_over_no_row_is_left(make_person: Callable[..., User]) -> None:
    make_person("anna")
    assert sign_in("anna", PASSWORD).status_code == 302
    assert UserSession.objects.count() == 1
    forget_sign_ins()
    assert UserSession.objects.count() == 1
    Session.objects.all().delete()
    forget_sign_ins()
    assert UserSession.objects.count() == 0
