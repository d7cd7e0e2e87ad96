"""Hooks over real HTTP: what only a real server shows."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from http.client import HTTPConnection

import pytest

from telephony.intake.requests import MAX_BODY_BYTES
from tests.servers import Server

pytestmark = pytest.mark.proof
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CALL = b"event=1&call_id=%s&src_num=79201119613&src_type=1&dst_num=74951234567&dst_type=1&timestamp=1706522400"
Answer = tuple[int, bytes, dict[str, str]]


@pytest.fixture
def server(make_server: Callable[..., Server]) -> Server:
    server = make_server(workers=1)
    server.start()
    return server


def ask(server: Server, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request(method, path, body or None, headers or {})
        response = connection.getresponse()
        told = {name.lower(): value for name, value in response.getheaders() if name.lower() != "date"}
        return response.status, response.read(), told
    finally:
        connection.close()


def add(server: Server, vendor: str, *settings: str) -> str:
    made = server.manage("connection", "add", vendor, "--name", vendor, "--set", *settings, "--json")
    return str(json.loads(made.stdout)["hook_path"])


def call_ids(server: Server) -> list[str]:
    return [json.loads(line)["external_id"] for line in server.manage("calls", "--json").stdout.splitlines()]


def raw(server: Server, *chunks: bytes, cut: bool = False) -> bytes:
    """These bytes on a connection of their own, where we may hang up early; returns all that comes back."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as wire:
        for chunk in chunks:
            wire.sendall(chunk)
        if cut:
            wire.shutdown(socket.SHUT_WR)
        received = b""
        while data := wire.recv(65536):
            received += data
    return received


def test_hooks_over_http(server: Server) -> None:
    sipuni, xvb = add(server, "sipuni", "user=012345"), add(server, "xvb", "access_code=10019")

    # Slash or not, GET or POST, and every byte of a query.
    assert ask(server, "POST", sipuni, CALL % b"1", FORM)[:2] == (200, b'{"success": true}')
    assert ask(server, "POST", sipuni.rstrip("/"), CALL % b"2", FORM)[0] == 200
    assert ask(server, "GET", f"{sipuni}?{(CALL % b'3').decode()}")[0] == 200
    assert ask(server, "GET", sipuni.rstrip("/") + "?event=%&call_id=%FF%00%zz&&&")[:2] == (200, b'{"success": true}')
    assert ask(server, "PUT", sipuni, b"x")[0] == 405

    # One answer to every wrong address.
    refused = [
        ask(server, "POST", path, CALL % b"4", FORM)
        for path in ("/telephony/hooks/sipuni/nobody/", sipuni.replace("/sipuni/", "/xvb/"), "/telephony/hooks/no/no")
    ]
    assert refused == [refused[0]] * 3
    assert refused[0][:2] == (404, b"Not found.")

    # Codes and sizes.
    assert ask(server, "POST", xvb, b"cmd=event&event=INCOMING&access_code=1&callid=5&phone=1", FORM)[0] == 403
    filler = CALL % b"6" + b"&filler="
    fits = filler + b"x" * (MAX_BODY_BYTES - len(filler))
    assert ask(server, "POST", sipuni, fits, FORM)[0] == 200
    assert ask(server, "POST", sipuni, fits + b"x", FORM)[0] == 413
    assert ask(server, "POST", sipuni, fits * 2, FORM)[0] == 413

    # Bytes that are no text, and a body in another charset.
    assert ask(server, "POST", sipuni, bytes(range(256)) * 100, {"Content-Type": "a/b"})[0] == 200
    russian = (CALL % b"7").decode() + "&name=Вася"
    windows = {"Content-Type": "application/x-www-form-urlencoded; charset=windows-1251"}
    assert ask(server, "POST", sipuni, russian.encode("cp1251"), windows)[0] == 200

    assert sorted(call_ids(server)) == ["1", "2", "3", "6", "7"]


def test_odd_requests_on_the_wire(server: Server) -> None:
    path = add(server, "sipuni", "user=012345").encode()
    head = b"POST " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"

    # Letters and brackets that nobody escaped, as old PBXs send them.
    for odd in ("&name=Вася".encode(), b"&number={NUMBER]"):
        target = path + b"?" + CALL % b"8" + odd
        answer = raw(server, b"GET " + target + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200"), answer

    # A body in chunks is read whole, not taken for an empty one.
    body = CALL % b"9"
    chunks = b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (9, body[:9], len(body) - 9, body[9:])
    answer = raw(server, head + b"Transfer-Encoding: chunked\r\n\r\n", chunks)
    assert answer.startswith(b"HTTP/1.1 200"), answer
    assert call_ids(server) == ["8", "9"]

    # A body that ends early is not taken for the whole message.
    raw(server, head + b"Content-Length: 1000\r\n\r\n", CALL % b"10", cut=True)
    assert "10" not in call_ids(server)
    assert raw(server, head + b"Content-Length: %d\r\n\r\n" % len(body), body).startswith(b"HTTP/1.1 200")
