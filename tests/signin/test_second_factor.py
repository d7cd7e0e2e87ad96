"""The second factor by app, whole: switched on, asked for, guessed at, lost, required."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from config.signin import throttle
from tests.signin.conftest import PASSWORD, sign_in

pytestmark = pytest.mark.django_db


def code_of(secret: str) -> str:
    """What the app shows now."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def switch_on(client: Client) -> tuple[str, list[str]]:
    """Add an app; its secret, and the recovery codes."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    codes = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}, follow=True)
    assert codes.redirect_chain[-1][0] == reverse("mfa_view_recovery_codes")
    return secret, list(codes.context["unused_codes"])


@pytest.fixture
def anna(make_person: Callable[..., User]) -> User:
    return make_person("anna", "Operator", first_name="Анна")


@pytest.fixture
def at_home(anna: User) -> Client:
    """The browser in which Anna has just signed in."""
    client = Client()
    assert sign_in("anna", PASSWORD, client=client).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return SESSION_KEY in client.session


def half_way(language: str = "en") -> Client:
    """A browser in which Anna's password was right, and nothing more."""
    client = Client()
    response = sign_in("anna", PASSWORD, client=client, language=language)
    assert response.headers["Location"] == reverse("mfa_authenticate")
    return client


def test_who_has_none_signs_in_as_before(at_home: Client) -> None:
    assert is_in(at_home)
    assert at_home.get(reverse("admin:index")).status_code == 200
    assert reverse("mfa_index") in at_home.get(reverse("admin:index")).text


def test_the_password_alone_opens_nothing_and_the_code_does(at_home: Client, anna: User) -> None:
    with time_machine.travel("2026-11-28 10:00Z", tick=False) as clock:
        sign_in("anna", PASSWORD, client=at_home)
        secret, _codes = switch_on(at_home)
        client = half_way()
        assert not is_in(client)
        assert client.get(reverse("admin:index")).status_code == 302
        wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
        assert "A code is wrong" in wrong.text
        assert not is_in(client)
        clock.shift(60)
        assert client.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).status_code == 302
        assert is_in(client)
        again = half_way()
        assert again.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).status_code == 200, (
            "a code opens once"
        )


def test_the_way_leads_to_the_page_that_was_asked_for(at_home: Client) -> None:
    _secret, codes = switch_on(at_home)
    client = Client()
    fields = {"username": "anna", "password": PASSWORD, "next": "/crm/contacts/"}
    client.post(reverse("admin:login"), fields)
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).headers["Location"] == "/crm/contacts/"


def test_a_recovery_code_opens_once(at_home: Client) -> None:
    _secret, codes = switch_on(at_home)
    first, second = half_way(), half_way()
    first.post(reverse("mfa_authenticate"), {"code": codes[0]})
    second.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert (is_in(first), is_in(second)) == (True, False)
    assert codes[0] not in first.get(reverse("mfa_view_recovery_codes")).text


def test_guessed_codes_lock_like_guessed_passwords(at_home: Client) -> None:
    _secret, codes = switch_on(at_home)
    client = half_way()
    for _ in range(throttle.MOST_OF_PAIR):
        client.post(reverse("mfa_authenticate"), {"code": "000000"}, REMOTE_ADDR="192.0.2.1")
    refused = client.post(reverse("mfa_authenticate"), {"code": codes[0]}, REMOTE_ADDR="192.0.2.1")
    assert "There were too many wrong attempts" in refused.text
    assert not is_in(client)
    assert sign_in("anna", PASSWORD).status_code == 429


def test_secrets_stand_encrypted_in_the_database(at_home: Client) -> None:
    secret, codes = switch_on(at_home)
    stored = repr(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert codes[0] not in stored


def test_the_app_is_removed_by_who_proves_himself(at_home: Client) -> None:
    secret, _codes = switch_on(at_home)
    assert secret
    at_home.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert is_in(at_home)


def test_who_is_signed_in_is_asked_again_before_it_changes_anything(anna: User) -> None:
    old = Client()
    old.force_login(anna)
    asked = old.get(reverse("mfa_activate_totp"))
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    page = old.get(asked.headers["Location"])
    assert "Is it you?" in page.text
    right = old.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": reverse("mfa_activate_totp")})
    assert right.headers["Location"] == reverse("mfa_activate_totp")
    assert old.get(reverse("mfa_activate_totp")).status_code == 200


def test_a_new_passkey_is_called_by_its_number_among_the_own_ones(make_person: Callable[..., User]) -> None:
    anna, boris = make_person("anna"), make_person("boris")
    for owner in (anna, boris, boris):
        Authenticator.objects.create(user=owner, type="webauthn", data={"name": "Key"})
    names = [get_adapter().generate_authenticator_name(owner, "webauthn") for owner in (anna, boris)]
    assert names == ["Passkey 2", "Passkey 3"]


def test_who_is_signed_in_is_led_on_from_the_log_in_page(at_home: Client, make_person: Callable[..., User]) -> None:
    assert at_home.get(reverse("admin:login")).headers["Location"] == reverse("admin:index")
    page = Client().get(reverse("admin:login"))
    assert page.status_code == 200
    assert re.search(r"<title>\s*Log in", page.text)
    make_person("boris")
    assert sign_in("boris", PASSWORD, client=at_home).headers["Location"] == reverse("admin:index")
    assert at_home.session[SESSION_KEY] == str(User.objects.get(username="boris").pk)


@pytest.mark.parametrize("query", ["", "?next=/crm/contacts/"])
def test_django_allauths_log_in_page_is_ours(client: Client, query: str) -> None:
    assert client.get(reverse("account_login") + query).headers["Location"] == reverse("admin:login") + query.replace(
        "/", "%2F"
    )


class TestWhereARoleNeedsIt:
    @pytest.fixture(autouse=True)
    def _needed(self, settings: Any) -> None:
        settings.SECOND_FACTOR_ROLES = ["Operator"]

    def test_everything_is_closed_until_there_is_one(self, at_home: Client) -> None:
        html = {"Accept": "text/html"}
        assert at_home.get(reverse("telephony:calls"), headers=html).headers["Location"] == reverse("mfa_index")
        assert "Your role needs a second factor" in at_home.get(reverse("mfa_index"), headers=html).text
        assert at_home.get("/api/v1/calls/").status_code == 403
        assert at_home.post(reverse("telephony:dial"), {}).status_code == 403
        switch_on(at_home)
        assert at_home.get(reverse("telephony:calls"), headers=html).status_code == 200

    def test_the_last_one_can_not_be_removed(self, at_home: Client) -> None:
        switch_on(at_home)
        page = at_home.post(reverse("mfa_deactivate_totp"), follow=True)
        assert Authenticator.objects.filter(type="totp").exists()
        assert "Your role needs a second factor" in page.text

    def test_a_colleague_s_is_not_one_s_own(self, at_home: Client, make_person: Callable[..., User]) -> None:
        switch_on(at_home)
        make_person("boris", "Operator")
        client = Client()
        sign_in("boris", PASSWORD, client=client)
        html = {"Accept": "text/html"}
        assert client.get(reverse("telephony:calls"), headers=html).headers["Location"] == reverse("mfa_index")

    def test_other_roles_do_without(self, make_person: Callable[..., User]) -> None:
        make_person("boris", "Supervisor")
        client = Client()
        sign_in("boris", PASSWORD, client=client)
        assert client.get(reverse("telephony:calls"), headers={"Accept": "text/html"}).status_code == 200


def test_every_page_is_in_russian_too(at_home: Client, anna: User) -> None:
    switch_on(at_home)
    russian = {"Accept-Language": "ru"}
    names = ("mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_list_webauthn")
    for name in (*names, "mfa_add_webauthn", "mfa_deactivate_totp", "sessions"):
        page = at_home.get(reverse(name), headers=russian)
        assert page.status_code == 200, name
        body = re.sub(
            r"<script.*?</script>|<[^>]*>", " ", page.text.split("<main")[-1].split('id="content')[-1], flags=re.S
        )
        assert not re.findall(r"\b(?:the|with|codes?|keys?|you|remove|sign|add)\b", body, flags=re.I), (name, body)
    assert "Введите шесть цифр" in half_way("ru").get(reverse("mfa_authenticate"), headers=russian).text
