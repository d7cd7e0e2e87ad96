"""Answers that are slow, endless, too large, cut or broken: each is told apart, and only read as far as allowed."""

from __future__ import annotations

import gzip
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from telephony.http import Failure, Limits, Request, RequestFailed, Response, send
from tests.http.conftest import LOOPBACK
from tests.http.peers import Listener, Serve, answer, answering, read_request

Listen = Callable[..., Listener]
QUICK = Limits(connect_seconds=2, total_seconds=3, longest=100_000)
OK = b"HTTP/1.1 200 OK\r\n"


def ask(listener: Listener, *, limits: Limits = QUICK, method: str = "GET", path: str = "/") -> Response:
    return send(Request(url=listener.url + path, method=method), policy=LOOPBACK, limits=limits)


def failure(listener: Listener, *, limits: Limits = QUICK, method: str = "GET") -> RequestFailed:
    with pytest.raises(RequestFailed) as raised:
        ask(listener, limits=limits, method=method)
    return raised.value


def saying(*pieces: bytes, then: Serve | None = None) -> Serve:
    """Reads the request, says these, and goes on with `then`."""

    def serve(connection: socket.socket) -> None:
        if not read_request(connection):
            return
        for piece in pieces:
            connection.sendall(piece)
        if then:
            then(connection)

    return serve


def wait(connection: socket.socket) -> None:
    connection.recv(1)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drip(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def flood(piece: bytes) -> Serve:
    def serve(connection: socket.socket) -> None:
        while True:
            connection.sendall(piece)

    return serve


CUT = {
    "shorter than announced": saying(OK + b"Content-Length: 100\r\n\r\nabc"),
    "cut in a chunk": saying(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc"),
    "no last chunk": saying(OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"),
    "cut in the head": saying(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "cut before the head's end": saying(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"),
    "cut after a preliminary answer": saying(b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "nothing at all": saying(),
    "reset at once": saying(then=reset),
    "reset in the body": saying(OK + b"Content-Length: 100\r\n\r\nabc", then=reset),
}


@pytest.mark.parametrize("name", CUT)
def test_a_cut_answer_is_no_answer(name: str, listen: Listen) -> None:
    failed = failure(listen(CUT[name]))
    assert failed.failure is Failure.CUT
    assert not failed.permanent
    assert failed.may_have_arrived


def test_a_name_for_each_way_to_be_slow(listen: Listen) -> None:
    """Which limit is passed decides; none is waited for longer than it says."""
    begun = time.monotonic()
    never = failure(listen(saying(then=wait)), limits=Limits(total_seconds=0.4))
    stalled = failure(listen(saying(OK + b"\r\nabc", then=wait)), limits=Limits(total_seconds=0.4))
    dripping = failure(listen(saying(OK + b"\r\n", then=drip)), limits=Limits(total_seconds=0.4))
    assert {never.failure, stalled.failure, dripping.failure} == {Failure.TIMEOUT}
    assert never.may_have_arrived
    assert time.monotonic() - begun < 3
    slow = failure(listen(saying(OK + b"\r\n", then=drip)), limits=Limits(slowest=1000, slow_seconds=1))
    assert slow.failure is Failure.SLOW
    assert time.monotonic() - begun < 8


def test_a_connection_that_is_not_accepted_in_time_is_told_apart(listen: Listen) -> None:
    listener = listen(lambda connection: time.sleep(2))
    request = Request(url=listener.url.replace("http", "https"))
    begun = time.monotonic()
    with pytest.raises(RequestFailed) as raised:
        send(request, policy=LOOPBACK, limits=Limits(connect_seconds=0.3))
    assert raised.value.failure is Failure.CONNECT
    assert not raised.value.may_have_arrived
    assert time.monotonic() - begun < 1.5


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(RequestFailed) as raised:
        send(Request(url=f"http://127.0.0.1:{port}/"), policy=LOOPBACK)
    assert raised.value.failure is Failure.CONNECT
    assert not raised.value.permanent
    assert not raised.value.may_have_arrived


def test_an_announced_size_is_judged_before_the_body(listen: Listen) -> None:
    begun = time.monotonic()
    failed = failure(listen(saying(OK + b"Content-Length: 100001\r\n\r\n", then=wait)))
    assert (failed.failure, failed.permanent) == (Failure.TOO_LARGE, True)
    assert time.monotonic() - begun < 1


def test_absurd_sizes_are_too_large(listen: Listen) -> None:
    assert failure(listen(saying(OK + b"Content-Length: 999999999999999999\r\n\r\n"))).failure is Failure.TOO_LARGE
    absurd = failure(listen(saying(OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n"))).failure
    assert absurd in {Failure.TOO_LARGE, Failure.PROTOCOL}


def test_an_answer_of_exactly_the_size_is_allowed(listen: Listen) -> None:
    assert ask(listen(answering(answer(b"x" * 100_000)))).size == 100_000


@pytest.mark.parametrize(
    "head", [b"\r\n", b"Transfer-Encoding: chunked\r\n\r\n"], ids=["until it hangs up", "in chunks"]
)
def test_an_endless_body_is_cut_off(head: bytes, listen: Listen) -> None:
    taken: list[int] = []
    piece = b"400\r\n" + b"x" * 0x400 + b"\r\n" if b"chunked" in head else b"x" * 65_536
    listener = listen(saying(OK + head, then=flood(piece)))
    with pytest.raises(RequestFailed) as raised:
        send(Request(url=listener.url), policy=LOOPBACK, limits=QUICK, sink=lambda data: taken.append(len(data)))
    assert raised.value.failure is Failure.TOO_LARGE
    assert 0 < sum(taken) <= QUICK.longest


@pytest.mark.parametrize("line", [b"X-More: " + b"x" * 100 + b"\r\n", b"x" * 1000], ids=["lines", "one line"])
def test_endless_headers_are_cut_off(line: bytes, listen: Listen) -> None:
    failed = failure(listen(saying(OK, then=flood(line))), limits=replace(QUICK, total_seconds=8))
    assert failed.failure in {Failure.PROTOCOL, Failure.CUT}


def test_endless_preliminary_answers_are_cut_off(listen: Listen) -> None:
    failed = failure(listen(saying(then=flood(b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"))))
    assert failed.failure is Failure.PROTOCOL


def test_compression_is_not_asked_for_and_a_bomb_does_not_go_off(listen: Listen) -> None:
    heard: list[bytes] = []
    bomb = gzip.compress(b"\0" * 10_000_000)
    assert len(bomb) < QUICK.longest
    for name in ("gzip", "GZIP", "deflate", "br", "zstd"):
        listener = listen(answering(answer(bomb, f"Content-Encoding: {name}"), heard=heard))
        assert failure(listener).failure is Failure.PROTOCOL
    transfer = listen(saying(OK + b"Transfer-Encoding: gzip\r\n\r\n" + bomb))
    assert failure(transfer).failure is Failure.PROTOCOL
    assert b"encoding" not in b"".join(heard).lower()


@pytest.mark.parametrize("name", ["identity", "none", "UTF-8", ""])
def test_a_word_that_is_no_compression_does_no_harm(name: str, listen: Listen) -> None:
    assert ask(listen(answering(answer(b"RIFF", f"Content-Encoding: {name}")))).body == b"RIFF"


@pytest.mark.parametrize(
    "said",
    [b"SSH-2.0-OpenSSH_9.2\r\n", b"220 mail.example ESMTP\r\n", b"\x00\x01\x02\x03", b"HTTP/9.9 200 OK\r\n\r\n"],
    ids=["ssh", "smtp", "bytes", "a version to come"],
)
def test_what_is_no_http_is_no_answer(said: bytes, listen: Listen) -> None:
    assert failure(listen(saying(said + b"x" * 100))).failure is Failure.PROTOCOL


def test_an_empty_answer_is_an_answer(listen: Listen) -> None:
    response = ask(listen(answering(answer(b"", "X-Name: Value"))))
    assert (response.status, response.size, response.body, response.headers["x-name"]) == (200, 0, b"", "Value")


def test_an_answer_without_a_length_ends_with_the_connection(listen: Listen) -> None:
    assert ask(listen(saying(OK + b"\r\nabc"))).body == b"abc"


def test_a_preliminary_answer_and_trailers_leave_no_headers(listen: Listen) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
    chunks = b"X-Kept: 1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Late: 1\r\nX-Kept: 2\r\n\r\n"
    response = ask(listen(saying(early + OK + chunks)))
    assert response.body == b"abc"
    assert response.headers == {"x-kept": "1", "transfer-encoding": "chunked"}


def test_headers_may_be_utf_8_or_latin_1(listen: Listen) -> None:
    head = "X-Utf: Имя\r\n".encode() + b"X-Latin: \xe9\r\nContent-Length: 0\r\n\r\n"
    headers = ask(listen(saying(OK + head))).headers
    assert (headers["x-utf"], headers["x-latin"]) == ("Имя", "é")


@pytest.mark.parametrize("status", ["404 Not Found", "429 Too Many Requests", "500 Oops", "304 Not Modified", "206 P"])
def test_any_status_is_an_answer(status: str, listen: Listen) -> None:
    response = ask(listen(answering(answer(b"", "Retry-After: 7", status=status))))
    assert (response.status, response.headers["retry-after"]) == (int(status[:3]), "7")
