"""Whose PBX is it? HTTP Basic, and what happens to who does not know the password."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import RequestFactory, override_settings
from django.utils import timezone

from telephony.connections import settings as connections
from telephony.models import Call, Connection, Delivery, FailedLogin
from telephony.privacy import passwords
from telephony.soap import logins
from telephony.soap.login import JUDGED_WRONG
from telephony.soap.views import service
from tests.soap.messages import KEY, NUMBER, PASSWORD, SOAP_12, USER, authorization, envelope
from tests.soap.requests import add_mobilon, fault, post, said

RING = envelope("IncomingCall", NumFrom=NUMBER, Key=KEY)
QUESTION = envelope("SayName", "http://test", number=NUMBER)
WRONG = authorization(USER, "wrong")


def encoded(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


NO_LOGINS = {
    "nothing": None,
    "another scheme": "Bearer abc",
    "a user alone": encoded(b"pbx-office"),
    "no base64": "Basic Пароль".encode().decode("latin-1"),
    "nothing after the scheme": "Basic",
    "a NUL": encoded(b"pbx\x00office:x"),
}
WRONG_LOGINS = {
    "another password": WRONG,
    "another user": authorization("nobody"),
    "empty": encoded(b":"),
    "the documents' own": "Basic U09BUDoxMjM=",
    "the stored hash": authorization(password=passwords.make_hash(PASSWORD)),
    "a prefix of the password": authorization(password=PASSWORD[:-1]),
    "the user in capitals": authorization(USER.upper()),
}


class Untouched:
    def read(self, size: int) -> bytes:
        raise AssertionError("The body was read.")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("login", [*NO_LOGINS.values(), *WRONG_LOGINS.values()], ids=[*NO_LOGINS, *WRONG_LOGINS])
def test_nobody_elses_body_is_read(mobilon: Connection, login: str | None) -> None:
    headers = {"HTTP_AUTHORIZATION": login} if login else {}
    request = RequestFactory().post("/telephony/ws/VATS", "<x/>", content_type="text/xml", **headers)
    request._stream = Untouched()
    assert service(request, "VATS").status_code == 401


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("body", [RING, QUESTION], ids=["ring", "question"])
@pytest.mark.parametrize("login", [*NO_LOGINS.values(), *WRONG_LOGINS.values()], ids=[*NO_LOGINS, *WRONG_LOGINS])
def test_without_the_right_credentials_it_is_a_401(mobilon: Connection, login: str | None, body: str) -> None:
    response = post(body, login=login)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Basic realm="1C", charset="UTF-8"'
    assert fault(response) == "User name or password is wrong or missing."
    assert not Delivery.objects.exists()
    assert FailedLogin.objects.exists() is (login in WRONG_LOGINS.values())


def test_what_the_server_judged_by_its_headers_is_counted_and_nothing_is_read(mobilon: Connection) -> None:
    """A password that became right meanwhile stores no message whose body was not read."""
    assert post("", REMOTE_ADDR="192.0.2.7", **{JUDGED_WRONG: True}).status_code == 401
    assert FailedLogin.objects.get().remote_address == "192.0.2.7"
    assert not Delivery.objects.exists()


def test_the_fault_of_a_wrong_login_is_in_the_request_s_version(mobilon: Connection) -> None:
    assert fault(post(RING.replace("http://schemas.xmlsoap.org/soap/envelope/", SOAP_12), login=WRONG), SOAP_12)


@pytest.mark.parametrize("login", [authorization(), encoded(f"{USER}:{PASSWORD}".encode("cp1251"))])
def test_a_password_with_a_colon_and_russian_letters(mobilon: Connection, login: str) -> None:
    assert said(post(RING, login=login)) == "1"
    assert said(post(RING, login=login.replace("Basic", "bAsIc"))) == "1"


def test_connections_on_one_address_are_told_apart_by_their_credentials(mobilon: Connection) -> None:
    same_user = add_mobilon(soap_password="another password")
    another = add_mobilon(soap_user="warehouse")
    for connection, login in (
        (mobilon, authorization()),
        (same_user, authorization(USER, "another password")),
        (another, authorization("warehouse", PASSWORD)),
    ):
        assert said(post(RING, login=login)) == "1"
        assert Call.objects.latest("id").connection == connection
    assert post(RING, login=authorization("warehouse", "another password")).status_code == 401


def test_two_connections_can_t_have_the_same_credentials(mobilon: Connection) -> None:
    with pytest.raises(ValidationError, match="Another connection has this user name and password"):
        add_mobilon()
    mobilon.full_clean()


def test_a_connection_that_is_switched_off_has_no_login(mobilon: Connection) -> None:
    Connection.objects.update(enabled=False)
    assert post(RING).status_code == 401


def test_connections_without_credentials_are_nobody_s(db: None) -> None:
    for number in range(2):
        connections.add_connection(
            vendor="mobilon", name=str(number), time_zone="Europe/Moscow", phone_region="RU", settings={}
        )
    assert post(RING, login=encoded(b":")).status_code == 401


def test_the_password_is_kept_as_a_hash_and_nowhere_else(mobilon: Connection) -> None:
    post(RING)
    stored = Connection.objects.values().get() | Delivery.objects.values().get()
    assert PASSWORD not in repr(stored)
    assert authorization().removeprefix("Basic ") not in repr(stored)
    assert passwords.is_hash(stored["settings"]["soap_password"])
    assert stored["headers"]["Authorization".lower()] == "[hidden]"


def test_a_password_that_did_not_come_through_the_form_opens_nothing(db: None) -> None:
    Connection.objects.create(vendor="mobilon", settings={"soap_user": USER, "soap_password": PASSWORD})
    assert post(RING).status_code == 401


def test_the_login_outlives_a_change_of_secret_key(mobilon: Connection, settings: Any) -> None:
    with override_settings(SECRET_KEY="another key", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert said(post(RING)) == "1"
    with override_settings(SECRET_KEY="another key", SECRET_KEY_FALLBACKS=[]):
        assert post(RING).status_code == 401


def test_the_printed_password_is_refused_with_the_reason(db: None) -> None:
    with pytest.raises(ValidationError) as caught:
        add_mobilon(soap_user="SOAP", soap_password="123")
    assert caught.value.message_dict == {
        "soap_password": ["This password is printed in Mobilon's documents, so everybody knows it."]
    }
    with pytest.raises(ValidationError, match="colon"):
        add_mobilon(soap_user="a:b")


def test_wrong_logins_are_limited_for_each_sender_and_right_ones_never(mobilon: Connection) -> None:
    with time_machine.travel("2026-11-21 10:00Z", tick=False) as clock:
        answers = [post(RING, login=WRONG).status_code for _ in range(logins.MOST_FAILURES + 5)]
        assert answers == [401] * logins.MOST_FAILURES + [429] * 5
        limited = post(RING, login=WRONG)
        assert (limited.headers["Retry-After"], fault(limited)) == ("60", "Too many wrong logins from this address.")
        assert FailedLogin.objects.count() == logins.MOST_FAILURES
        assert said(post(RING)) == "1"
        assert post(RING, login=None).status_code == 401
        assert post(RING, login=WRONG, REMOTE_ADDR="192.0.2.7").status_code == 401
        clock.shift(61)
        assert post(RING, login=WRONG).status_code == 401
        assert FailedLogin.objects.count() == logins.MOST_FAILURES + 2
        clock.shift(3601)
        assert post(RING, login=WRONG).status_code == 401
        assert FailedLogin.objects.count() == 1


EASY = "4815"


@pytest.fixture
def easy(mobilon: Connection) -> Connection:
    """A connection whose password was chosen before easy ones were refused."""
    mobilon.settings["soap_password"] = passwords.make_hash(EASY)
    mobilon.save()
    return mobilon


def guess(clock: Any, times: int, *, senders: int = 1) -> None:
    """So many wrong passwords of each of these senders together, the last of them by a request."""
    at = timezone.now()
    clock.shift(61)
    names = [f"198.51.100.{number % senders}" for number in range(times - 1)]
    FailedLogin.objects.bulk_create(FailedLogin(remote_address=name, user=USER, at=at) for name in names)
    assert post(RING, login=authorization(USER, "0000"), REMOTE_ADDR="198.51.100.0").status_code == 429


def test_an_easy_password_from_before_is_not_found_by_guessing(easy: Connection) -> None:
    with time_machine.travel("2026-11-21 10:00Z", tick=False) as clock:
        guess(clock, logins.MOST_OF_ONE_SENDER)
        right = post(RING, login=authorization(USER, EASY), REMOTE_ADDR="198.51.100.0")
        wrong = post(RING, login=authorization(USER, "9999"), REMOTE_ADDR="198.51.100.0")
        assert (right.status_code, wrong.status_code) == (429, 429)
        assert fault(right) == fault(wrong)
        assert said(post(RING, login=authorization(USER, EASY), REMOTE_ADDR="192.0.2.7")) == "1"


def test_guesses_from_many_addresses_slow_everybody_but_the_pbx(easy: Connection) -> None:
    with time_machine.travel("2026-11-21 10:00Z", tick=False) as clock:
        assert said(post(RING, login=authorization(USER, EASY), REMOTE_ADDR="192.0.2.7")) == "1"
        guess(clock, logins.MOST_OF_ALL, senders=10)
        assert post(RING, login=authorization(USER, EASY), REMOTE_ADDR="203.0.113.1").status_code == 429
        assert said(post(RING, login=authorization(USER, EASY), REMOTE_ADDR="192.0.2.7")) == "1"


def test_a_good_password_is_never_held_up_by_guesses(mobilon: Connection) -> None:
    with time_machine.travel("2026-11-21 10:00Z", tick=False) as clock:
        guess(clock, logins.MOST_OF_ONE_SENDER)
        assert said(post(RING, REMOTE_ADDR="198.51.100.0")) == "1"


def test_wrong_logins_are_counted_at_the_connection(mobilon: Connection) -> None:
    post(RING, login=WRONG)
    post(RING, login=authorization("nobody"))
    post(RING)
    mobilon.refresh_from_db()
    assert mobilon.rejected_count == 1


def test_the_sender_is_told_apart_behind_our_own_proxy(mobilon: Connection, settings: Any) -> None:
    settings.TELEPHONY_TRUSTED_PROXIES = 1
    for _ in range(logins.MOST_FAILURES + 1):
        blocked = post(RING, login=WRONG, HTTP_X_FORWARDED_FOR="192.0.2.1")
    assert blocked.status_code == 429
    assert post(RING, login=WRONG, HTTP_X_FORWARDED_FOR="192.0.2.2").status_code == 401
