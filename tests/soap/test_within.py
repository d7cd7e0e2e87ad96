"""Work with a deadline; test_deadline.py has the same with a real database that is slow."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import OperationalError

from telephony.models import Connection, FailedLogin
from telephony.soap import logins
from telephony.soap.deadline import TooLate, within
from tests.soap.messages import KEY, NUMBER, authorization, envelope
from tests.soap.requests import fault, post, said

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_quick_enough_is_returned_or_raised() -> None:
    assert within(5, lambda: threading.current_thread().name).startswith("say-name")
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0)


def test_what_is_late_is_not_waited_for() -> None:
    let_go = threading.Event()
    begun = time.monotonic()
    with pytest.raises(TooLate):
        within(0.05, let_go.wait)
    with pytest.raises(TooLate):
        within(-1, let_go.wait)
    assert time.monotonic() - begun < 0.5
    let_go.set()


def test_work_that_never_began_never_begins() -> None:
    let_go, done = threading.Event(), []
    for _ in range(8):
        with pytest.raises(TooLate):
            within(0.01, lambda: let_go.wait(10))
    with pytest.raises(TooLate):
        within(0.01, lambda: done.append(1))
    let_go.set()
    assert within(5, lambda: "the next") == "the next"
    assert done == []


def _fails(*_: object, **__: object) -> Any:
    raise OperationalError("server closed the connection at 10.0.0.1")


def test_a_database_that_fails_gives_an_empty_name(mobilon: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logins, "find_connection", _fails)
    assert said(post(envelope("SayName", number=NUMBER))) == ""
    response = post(envelope("IncomingCall", NumFrom=NUMBER, Key=KEY))
    assert (response.status_code, "10.0.0.1" in fault(response)) == (503, False)


def test_a_wrong_login_that_can_t_be_counted_is_a_401_all_the_same(
    mobilon: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FailedLogin.objects, "filter", _fails)
    login = authorization(password="wrong")
    assert post(envelope("IncomingCall", NumFrom=NUMBER, Key=KEY), login=login).status_code == 401


def test_a_failed_login_shows_its_sender() -> None:
    assert str(FailedLogin(remote_address="192.0.2.1")) == "192.0.2.1"
