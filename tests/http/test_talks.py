"""Whole conversations: several questions, pauses between them, one time for all, and nothing ordered twice."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import replace

import pytest

from telephony.http import Failure, Pause, Request, RequestFailed, Response, Talk, hold, send
from tests.http.conftest import LOOPBACK
from tests.http.peers import Listener, answer, answering, redirect
from tests.http.test_answers import QUICK, Listen, wait

BUSY = answer(b"later", "Retry-After: 1", status="429 Too Many Requests")


def one(request: Request) -> Talk[Response]:
    return (yield request)


def pages(listener: Listener) -> Talk[list[str]]:
    found = []
    for number in (1, 2, 3):
        response = yield Request(url=f"{listener.url}/?page={number}")
        found.append(response.text)
    return found


def test_one_question_after_another(listen: Listen) -> None:
    heard: list[bytes] = []
    listener = listen(answering(answer(b"a"), answer(b"b"), answer(b"c"), heard=heard))
    assert hold(pages(listener), policy=LOOPBACK, limits=QUICK) == ["a", "b", "c"]
    assert [request.split(b" ")[1] for request in heard] == [b"/?page=1", b"/?page=2", b"/?page=3"]


def test_pauses_are_waited_for_and_may_be_ended() -> None:
    def patient() -> Generator[Request | Pause, Response, str]:
        yield Pause(7.5)
        return "done"

    checks: list[None] = []

    def check() -> None:
        checks.append(None)
        if len(checks) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        hold(patient(), policy=LOOPBACK, limits=replace(QUICK, total_seconds=60), check=check, sleep=lambda _: None)


def test_a_pause_that_is_longer_than_the_time_ends_it_at_once() -> None:
    def patient() -> Generator[Request | Pause, Response, None]:
        yield Pause(60)

    begun = time.monotonic()
    with pytest.raises(RequestFailed) as raised:
        hold(patient(), policy=LOOPBACK, limits=QUICK)
    assert raised.value.failure is Failure.TIMEOUT
    assert time.monotonic() - begun < 2


def test_a_request_waits_for_its_turn(listen: Listen) -> None:
    slept: list[float] = []
    turns = iter([0.0, 0.0, 5.0])
    listener = listen(answering(answer(b"a")))
    with pytest.raises(RequestFailed):
        hold(pages(listener), policy=LOOPBACK, limits=QUICK, turn=lambda _: next(turns), sleep=slept.append)
    assert (listener.count(), slept) == (2, [])


@pytest.mark.parametrize(("repeats", "is_harmless", "asked"), [(True, False, 2), (False, True, 2), (False, False, 1)])
def test_what_only_asks_is_asked_again_when_the_pbx_says_so(
    repeats: bool, is_harmless: bool, asked: int, listen: Listen
) -> None:
    listener = listen(answering(BUSY, answer(b"ok")))
    request = Request(url=listener.url, is_harmless=is_harmless)
    response = hold(one(request), policy=LOOPBACK, limits=QUICK, repeats=repeats)
    assert listener.count() == asked
    assert response.status == (200 if asked == 2 else 429)


@pytest.mark.parametrize(("is_harmless", "arrived"), [(True, False), (False, True)])
def test_a_login_that_gets_no_answer_has_ordered_nothing(is_harmless: bool, arrived: bool, listen: Listen) -> None:
    listener = listen(wait)
    request = Request(url=listener.url, method="POST", is_harmless=is_harmless)
    with pytest.raises(RequestFailed) as raised:
        hold(one(request), policy=LOOPBACK, limits=replace(QUICK, total_seconds=1), repeats=False)
    assert raised.value.may_have_arrived is arrived


class TestAPostThatIsRedirected:
    """To the file that it asked for: Mango Office."""

    def ask(self, listener: Listener, *hosts: str) -> Response:
        request = Request(
            url=listener.url,
            method="POST",
            secret_form={"sign": "s3cret"},
            secret_headers={"X-Key": "s3cret"},
            own_address=listener.url,
            redirects_to=hosts,
        )
        return send(request, policy=LOOPBACK, limits=QUICK)

    def test_is_followed_once_by_get_without_secrets(self, listen: Listen) -> None:
        heard: list[bytes] = []
        listener = listen(answering(redirect("/file"), answer(b"RIFF"), heard=heard))
        assert self.ask(listener, "127.0.0.1").body == b"RIFF"
        assert heard[1].startswith(b"GET /file ")
        assert b"s3cret" in heard[0]
        assert b"s3cret" not in heard[1]

    def test_only_to_its_hosts(self, listen: Listen) -> None:
        listener = listen(answering(redirect("/file"), answer(b"RIFF")))
        with pytest.raises(RequestFailed) as raised:
            self.ask(listener, "files.example.com")
        assert (raised.value.failure, listener.count()) == (Failure.FORBIDDEN_HOST, 1)

    def test_not_twice(self, listen: Listen) -> None:
        listener = listen(answering(redirect("/file"), redirect("/on")))
        with pytest.raises(RequestFailed) as raised:
            self.ask(listener, "127.0.0.1")
        assert (raised.value.failure, listener.count()) == (Failure.REDIRECTS, 2)


def test_a_secret_body_goes_to_its_own_address_only(listen: Listen) -> None:
    heard: list[bytes] = []
    listener = listen(answering(answer(b"ok"), heard=heard))
    request = Request(url=listener.url, method="POST", secret_body=b'{"token": "s3cret"}')
    with pytest.raises(RequestFailed) as raised:
        send(request, policy=LOOPBACK, limits=QUICK)
    assert raised.value.failure is Failure.SECRET_ELSEWHERE
    send(replace(request, own_address=listener.url), policy=LOOPBACK, limits=QUICK)
    assert [b"s3cret" in sent for sent in heard] == [True]
