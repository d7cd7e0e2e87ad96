"""What anybody outside can cause is one line in the log, below the level that is mailed to administrators."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.test import Client
from django.urls import path

from config.urls import urlpatterns as addresses
from telephony.privacy.outside import LOGGERS, OneLine

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def broken_off(request: HttpRequest) -> HttpResponse:
    raise UnreadablePostError("Connection reset by peer\nand gone")


def our_fault(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("of ours")


urlpatterns = [*addresses, path("broken-off/", broken_off), path("our-fault/", our_fault)]


class Lines(logging.Handler):
    """What a handler on "django" gets, formatted: with everything that it would write."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        self.texts.append(self.format(record))


@pytest.fixture
def lines() -> Iterator[Lines]:
    lines, django = Lines(), logging.getLogger("django")
    django.addHandler(lines)
    yield lines
    django.removeHandler(lines)


def staff(client: Client, django_user_model: Any) -> Client:
    client.force_login(django_user_model.objects.create_user("anna", is_staff=True))
    return client


FORM = "multipart/form-data; boundary="
MANY_FIELDS = "&".join(f"f{number}=1" for number in range(2000))
CAUSES: dict[str, Callable[[Client], Any]] = {
    "a wrong host": lambda client: client.get("/admin/login/", headers={"host": "evil.example/\r\nx"}),
    "no such page": lambda client: client.get("/no/such/%0apage/"),
    "too many fields": lambda client: client.post(
        "/i18n/setlang/", MANY_FIELDS, content_type="application/x-www-form-urlencoded"
    ),
    "too much": lambda client: client.post(
        "/i18n/setlang/", "a=" + "x" * 3_000_000, content_type="application/x-www-form-urlencoded"
    ),
    "a broken form": lambda client: client.post(
        "/i18n/setlang/", b"x", content_type="multipart/form-data; boundary=\xff"
    ),
    "no boundary": lambda client: client.post("/i18n/setlang/", b"x", content_type="multipart/form-data"),
    "a line that broke": lambda client: client.post("/broken-off/"),
    "a form from elsewhere": lambda client: Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"}),
    "a method that is not taken": lambda client: client.put("/telephony/calls/"),
    "a page without the right to it": lambda client: client.get("/telephony/calls/"),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_it_is_one_line_that_nobody_is_mailed(lines: Lines, cause: str, django_user_model: Any) -> None:
    client = staff(Client(raise_request_exception=False), django_user_model)
    answer = CAUSES[cause](client)
    assert answer.status_code >= 400
    assert lines.texts, "it is told"
    assert len(lines.texts) <= 2
    for record, text in zip(lines.records, lines.texts, strict=True):
        assert record.levelno <= logging.WARNING
        assert "\n" not in text
        assert len(text) < 600


def test_an_error_of_ours_keeps_its_traceback_and_its_level(lines: Lines) -> None:
    Client(raise_request_exception=False).get("/our-fault/")
    assert (lines.records[-1].levelno, "ZeroDivisionError: of ours" in lines.texts[-1]) == (logging.ERROR, True)


def test_every_suspicious_operation_has_its_logger() -> None:
    def below(kind: type) -> Iterator[str]:
        yield kind.__name__
        for one in kind.__subclasses__():
            yield from below(one)

    known = {name.rpartition(".")[2] for name in LOGGERS}
    assert set(below(SuspiciousOperation)) <= known
    assert all(settings.LOGGING["loggers"][name]["filters"] == ["one_line"] for name in LOGGERS)
    assert all(any(isinstance(one, OneLine) for one in logging.getLogger(name).filters) for name in LOGGERS)
