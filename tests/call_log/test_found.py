"""How many calls the filters leave: exact up to a number, and never more work than that."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from telephony.call_log import found
from telephony.models import Call
from tests.listening.world import make_call, make_person

pytestmark = pytest.mark.django_db
URL = "/telephony/calls/found/"


def ask(query: str = "", language: str = "en") -> str:
    client = Client(headers={"Accept-Language": language})
    client.force_login(make_person(f"boss-{query}-{language}", "Administrator"))
    return client.get(f"{URL}?{query}").content.decode().strip()


@pytest.fixture
def make_calls(db: None) -> Callable[[int], None]:
    def make(count: int) -> None:
        for _ in range(count):
            make_call()

    return make


def test_calls_are_counted_with_what_was_talked(make_calls: Callable[[int], None]) -> None:
    make_calls(3)
    missed = make_call(number="+79160000000")
    Call.objects.filter(pk=missed.pk).update(status="no_answer", talk_seconds=None)
    assert "Found 4 calls, talked 4:30" in ask()
    assert "Найдено 4 звонка, разговор 4:30" in ask(language="ru")
    assert "Found 1 call</p>" in ask("outcome=missed")
    assert "Found 0 calls</p>" in ask("outcome=failed")


@pytest.mark.parametrize(("count", "words"), [(5, "Found 5 calls, talked 7:30"), (6, "More than 5 calls</p>")])
def test_more_than_are_counted_is_said(
    make_calls: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, count: int, words: str
) -> None:
    monkeypatch.setattr(found, "EXACT_TO", 5)
    make_calls(count)
    assert words in ask()


def test_a_filter_that_is_none_counts_nothing(make_calls: Callable[[int], None]) -> None:
    make_calls(1)
    assert ask("direction=sideways") == ""


def test_others_calls_are_not_counted(make_calls: Callable[[int], None]) -> None:
    make_calls(2)
    client = Client()
    client.force_login(make_person("anna", "Operator"))
    assert "Found 0 calls" in client.get(URL).content.decode()
