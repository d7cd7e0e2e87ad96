"""Redirects: three of a GET are followed, each is judged anew, and an order is never given twice."""

from __future__ import annotations

import socket
import time
from dataclasses import replace

import pytest

from telephony.http import Failure, Limits
from tests.http.peers import answer, answering, redirect
from tests.http.test_answers import QUICK, Listen, ask, failure, flood, saying


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent"])
def test_three_are_followed(status: str, listen: Listen) -> None:
    heard: list[bytes] = []
    there = redirect("next?n=1", status)
    response = ask(listen(answering(there, there, there, answer(b"RIFF"), heard=heard)), path="/dir/x?secret=1")
    assert response.body == b"RIFF"
    assert [request.split(b" ")[1] for request in heard] == [b"/dir/x?secret=1", *[b"/dir/next?n=1"] * 3]


def test_a_fourth_is_one_too_many(listen: Listen) -> None:
    listener = listen(answering(redirect("/")))
    failed = failure(listener)
    assert (failed.failure, failed.may_have_arrived) == (Failure.REDIRECTS, True)
    assert listener.count() == 4


def test_none_may_be_allowed(listen: Listen) -> None:
    listener = listen(answering(redirect("/")))
    assert failure(listener, limits=replace(QUICK, redirects=0)).failure is Failure.REDIRECTS
    assert listener.count() == 1


def test_an_order_is_never_given_twice(listen: Listen) -> None:
    listener = listen(answering(redirect("/")))
    assert ask(listener, method="POST").status == 302
    assert listener.count() == 1


def test_a_redirect_to_nowhere_is_an_answer(listen: Listen) -> None:
    assert ask(listen(answering(answer(b"", status="302 Found")))).status == 302


def test_its_body_is_not_read(listen: Listen) -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 99999999999\r\n\r\n"
    first = [True]

    def serve(connection: socket.socket) -> None:
        if first.pop() if first else False:
            saying(head, then=flood(b"x" * 10_000))(connection)
        else:
            answering(answer(b"RIFF"))(connection)

    assert ask(listen(serve)).body == b"RIFF"


def test_all_of_them_together_have_the_time(listen: Listen) -> None:
    def serve(connection: socket.socket) -> None:
        time.sleep(0.3)
        answering(redirect("/"))(connection)

    begun = time.monotonic()
    failed = failure(listen(serve), limits=Limits(total_seconds=0.5))
    assert (failed.failure, failed.may_have_arrived) == (Failure.TIMEOUT, True)
    assert time.monotonic() - begun < 0.9


@pytest.mark.parametrize("location", ["http://[::1", "http://a b/", "http://x\u2100y/", "\u00a0"])
def test_one_that_can_not_be_read_is_refused(location: str, listen: Listen) -> None:
    assert failure(listen(answering(redirect(location)))).failure is Failure.BAD_ADDRESS
