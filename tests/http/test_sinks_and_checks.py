"""What a sink is given of an answer, and what it or a check raises: that ends the request and comes out."""

from __future__ import annotations

import time

import pytest

from telephony.http import Limits, Request, send
from tests.http.conftest import LOOPBACK
from tests.http.peers import answer, answering
from tests.http.test_answers import OK, Listen, ask, flood, saying


def test_a_sink_never_gets_an_error_page(listen: Listen) -> None:
    pieces: list[bytes] = []
    listener = listen(answering(answer(b"not there", status="404 Not Found")))
    response = send(Request(url=listener.url), policy=LOOPBACK, sink=pieces.append)
    assert (response.status, response.body, response.size, pieces) == (404, b"not there", 9, [])


def test_an_endless_error_page_is_read_as_far_as_it_is_of_use(listen: Listen) -> None:
    response = ask(listen(saying(b"HTTP/1.1 503 Busy\r\n\r\n", then=flood(b"x" * 10_000))))
    assert (response.status, response.size, len(response.body)) == (503, 65_536, 65_536)


def test_what_the_sink_raises_comes_out(listen: Listen, capfd: pytest.CaptureFixture[str]) -> None:
    def full(_: bytes) -> None:
        raise OSError("No space left on device")

    listener = listen(answering(answer(b"RIFF")))
    with pytest.raises(OSError, match="No space left"):
        send(Request(url=listener.url), policy=LOOPBACK, sink=full)
    assert capfd.readouterr().err == ""


def test_what_a_signal_raises_in_the_sink_comes_out(listen: Listen) -> None:
    def stop(_: bytes) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send(Request(url=listen(answering(answer(b"RIFF"))).url), policy=LOOPBACK, sink=stop)


class Ended(Exception):
    """What a check raises."""


@pytest.mark.parametrize("pieces", [(), (OK + b"Content-Length: 100\r\n\r\nsome",)])
def test_a_check_ends_a_request_whose_other_side_is_silent(listen: Listen, pieces: tuple[bytes, ...]) -> None:
    begun = time.monotonic()

    def check() -> None:
        if time.monotonic() > begun + 0.5:
            raise Ended

    listener = listen(saying(*pieces, then=lambda connection: time.sleep(8)))
    with pytest.raises(Ended):
        send(Request(url=listener.url), policy=LOOPBACK, limits=Limits(total_seconds=10), check=check)
    assert time.monotonic() - begun < 4


def test_a_check_that_is_content_changes_nothing(listen: Listen) -> None:
    listener = listen(answering(answer(b"body")))
    assert send(Request(url=listener.url), policy=LOOPBACK, check=lambda: None).body == b"body"
