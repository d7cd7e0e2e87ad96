"""Which connection a login is of: remembered, judged by its headers alone, counted; and what is stored of passwords."""

from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from telephony.intake.requests import received_hook
from telephony.intake.spool import known
from telephony.models import Connection, FailedLogin
from telephony.privacy import passwords
from telephony.soap.login import WrongLogin, is_wrong, read_login
from tests.soap.messages import KEY, NUMBER, PASSWORD, USER, authorization, envelope
from tests.soap.requests import post

RING = envelope("IncomingCall", NumFrom=NUMBER, Key=KEY)
WRONG = authorization(USER, "wrong")


def sent_with(login: str) -> HttpRequest:
    return RequestFactory().post("/telephony/ws/VATS", "<x/>", content_type="text/xml", HTTP_AUTHORIZATION=login)


def test_a_login_is_remembered_with_its_own_password_alone(mobilon: Connection) -> None:
    right, wrong = (read_login(received_hook(sent_with(login), b"")) for login in (authorization(), WRONG))
    known.forget()  # What a test before was told.
    assert right.remembered() is None
    assert right.connection() == mobilon
    assert right.remembered() == mobilon
    assert wrong.remembered() is None
    with pytest.raises(WrongLogin):
        wrong.connection()
    assert (right.remembered(), wrong.remembered()) == (mobilon, None)
    assert known.recall(vendor="mobilon", secret=PASSWORD) is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("login", "wrong"), [(authorization(), False), (WRONG, True), ("Bearer abc", True)])
def test_a_server_that_reads_bodies_itself_asks_whether_the_headers_are_wrong(
    mobilon: Connection, login: str, wrong: bool
) -> None:
    assert is_wrong(sent_with(login)) is wrong
    assert not FailedLogin.objects.exists()


def test_a_login_without_a_user_counts_against_no_connection(mobilon: Connection) -> None:
    other = Connection.objects.create(vendor="sipuni", name="Sipuni")
    post(RING, login="Basic Og==")
    post(RING, login=WRONG)
    counts = dict(Connection.objects.values_list("pk", "rejected_count"))
    assert counts == {mobilon.pk: 1, other.pk: 0}


def test_what_looks_only_half_like_a_hash_is_a_password() -> None:
    made = passwords.make_hash(PASSWORD)
    assert passwords.is_hash(made)
    assert not passwords.is_hash(made[:-1])
    assert not passwords.is_hash("x" * len(made))
