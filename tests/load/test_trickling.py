"""Bodies that come drop by drop, or are far too large, hold nobody up and fill no disk: a real server, real sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.e2e.browser import add_person, log_in
from tests.load.trickling import ANONYMOUS, head, trickling
from tests.load.workers import wait_for
from tests.servers import Server
from tests.soap.messages import PASSWORD, USER, authorization

pytestmark = pytest.mark.proof
MAKE = ("connection", "add", "sipuni", "--name", "A", "--timezone", "UTC", "--set", "user=012345", "--json")
OF_1C = ("--set", f"soap_user={USER}", "--set", f"soap_password={PASSWORD}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("var")) as made:
        yield made


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    made = Server(var_dir=folder / "var", threads=4)
    made.environment["TMPDIR"] = str(folder / "spooled")
    (folder / "spooled").mkdir()
    made.make_tables()
    made.hook = made.manage(*MAKE).stdout.partition('hook_path": "')[2].partition('"')[0]  # type: ignore[attr-defined]
    made.manage("connection", "add", "mobilon", "--name", "M", "--timezone", "UTC", *OF_1C)
    add_person(made, "anna", "Administrator")
    made.start()
    yield made
    made.stop()


def spooled(server: Server) -> list[Path]:
    return [path for path in Path(server.environment["TMPDIR"]).rglob("*") if path.is_file()]


def ask(server: Server, method: str, path: str, body: bytes = b"", **headers: str) -> int:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request(method, path, body=body or None, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_trickling_bodies_hold_nobody_up(tmp_path: Path) -> None:
    """Eight to each address that anybody can reach, twice as many as there are threads; 1C's wrong logins add up."""
    with serving(tmp_path) as server:
        hook: str = server.hook  # type: ignore[attr-defined]
        with trickling(server.port, (*ANONYMOUS, hook), each=8) as trickles:
            slow = [one for one in trickles if one._path == "/admin/login/"]
            for _ in range(5):
                for path in ("/admin/login/", f"{hook}?call_id=1&event=1"):
                    assert ask(server, "GET", path) == 200
            # Nobody waited until one of them was given up.
            assert not any(one.ended for one in slow)
            wait_for(lambda: all(one.ended for one in slow), seconds=60, what="They may trickle for ever.")
            assert all("408" in end for one in slow for end in one.ended), [one.ended for one in slow]


@pytest.mark.parametrize("path", ["/admin/login/", "/crm/contacts/import/", "/i18n/setlang/", "/api/v1/contacts/"])
def test_a_large_body_of_nobody_is_refused_before_it_comes(server: Server, path: str) -> None:
    for length in (300_000_000, "chunked"):
        with socket.create_connection(("127.0.0.1", server.port), 10) as made:
            made.sendall(head(path, length, "Cookie: sessionid=" + "a" * 32))
            if length == "chunked":
                piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
                made.sendall(piece * 5)
            answer = made.recv(4096)
        assert answer.startswith(b"HTTP/1.1 413"), answer
        assert b"too large" in answer
    assert spooled(server) == []


def test_a_file_of_somebody_who_is_signed_in_is_taken_and_a_huge_one_told(server: Server) -> None:
    cookie = log_in(server, "anna")
    signed_in = {"Cookie": f"{cookie['name']}={cookie['value']}; csrftoken={'a' * 32}", "X-CSRFToken": "a" * 32}
    lines = "".join(f"Иван {n};8916{n:07}\n" for n in range(30_000)).encode()
    form = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + lines + b"\r\n--B--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=B"}
    assert len(form) > 500_000
    assert ask(server, "POST", "/crm/contacts/import/", form, **signed_in, **kind) == 302
    with socket.create_connection(("127.0.0.1", server.port), 10) as made:
        made.sendall(head("/crm/contacts/import/", 30_000_000, f"Cookie: {signed_in['Cookie']}", "Accept-Language: ru"))
        assert "слишком велик" in made.recv(4096).decode()


def test_a_hooks_and_a_services_body_have_limits_of_their_own(server: Server) -> None:
    hook: str = server.hook  # type: ignore[attr-defined]
    assert ask(server, "POST", hook, b"x" * 300_000) == 413
    assert ask(server, "POST", "/telephony/hooks/sipuni/nobody/", b"x" * 300_000) == 404
    with socket.create_connection(("127.0.0.1", server.port), 5) as made:
        made.sendall(head("/telephony/ws/VATS", 60_000).replace(b"Authorization", b"X-Nothing"))
        assert made.recv(4096).startswith(b"HTTP/1.1 401")  # Nothing of the body has come.


@pytest.mark.parametrize("length", [300_000, "chunked"])
def test_a_pbx_that_keeps_its_line_is_told_that_it_ends_with_a_body_that_is_too_large(
    server: Server, length: int | str
) -> None:
    hook: str = server.hook  # type: ignore[attr-defined]
    kept = HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        for body, status, closes in ((b"call_id=1&event=1", 200, False), (b"x" * 300_000, 413, True)):
            is_chunked = length == "chunked" and closes
            kept.request("POST", hook, body=iter([body]) if is_chunked else body, encode_chunked=is_chunked)
            answer = kept.getresponse()
            answer.read()
            assert (answer.status, answer.will_close) == (status, closes)
    finally:
        kept.close()


@pytest.mark.parametrize("length", [60_000, "chunked"])
def test_a_wrong_login_of_1cs_services_is_refused_before_its_body(server: Server, length: int | str) -> None:
    made_up = head("/telephony/ws/VATS", length)
    with socket.create_connection(("127.0.0.1", server.port), 5) as made:
        made.sendall(made_up)
        assert made.recv(4096).startswith(b"HTTP/1.1 401")
    with socket.create_connection(("127.0.0.1", server.port), 5) as made:
        made.settimeout(2)
        made.sendall(made_up.replace(b"Basic eDp4", authorization().encode()))
        with pytest.raises(TimeoutError):  # The right one's body is waited for.
            made.recv(4096)


def test_the_server_of_the_streams_takes_no_large_body_either(server: Server) -> None:
    streams = Server(var_dir=Path(server.environment["VAR_DIR"]), asgi=True)
    streams.environment = server.environment
    streams.start()
    try:
        with socket.create_connection(("127.0.0.1", streams.port), 10) as made:
            made.sendall(head("/telephony/live/", 300_000_000))
            assert made.recv(4096).startswith(b"HTTP/1.1 413")
        assert spooled(server) == []
    finally:
        streams.stop()
