"""Nothing that lies about on the machine gets into a request: proxies, passwords, cookies."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from telephony.http import Request, send
from tests.http.conftest import LOOPBACK
from tests.http.ftp import Ftp
from tests.http.peers import Listener, Victim, answer, answering, redirect
from tests.http.test_ftp import POLICY

Listen = Callable[..., Listener]
PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY")


@pytest.fixture
def polluted(victim: Victim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment with proxies that lead to the victim, and a home with passwords; the home."""
    for name in PROXIES:
        monkeypatch.setenv(name, f"http://127.0.0.1:{victim.port}")
    monkeypatch.setenv("no_proxy", "")
    for name in ("HOME", "CURL_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    text = "machine 127.0.0.1 login canary-user password canary-password\ndefault login canary-user password canary\n"
    for name in (".netrc", "_netrc"):
        (tmp_path / name).write_text(text)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    (tmp_path / ".curlrc").write_text('user = "canary-user:canary-password"\nproxy = "http://127.0.0.1:1"\n')
    return tmp_path


@pytest.mark.usefixtures("polluted")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_proxy_and_no_password_of_the_machine_is_used(method: str, listen: Listen, victim: Victim) -> None:
    heard: list[bytes] = []
    listener = listen(answering(answer(b"fine"), heard=heard))
    assert send(Request(url=listener.url, method=method), policy=LOOPBACK).body == b"fine"
    assert victim.count() == 0
    assert b"canary" not in heard[0]
    assert b"authorization" not in heard[0].lower()


@pytest.mark.usefixtures("polluted")
def test_ftp_stays_anonymous(listen: Listen, victim: Victim) -> None:
    ftp = Ftp()
    link = listen(ftp.serve).url.replace("http", "ftp") + "/x.wav"
    assert send(Request(url=link), policy=POLICY).status == 200
    assert victim.count() == 0
    assert ftp.commands[0] == "USER anonymous"


def test_an_answer_to_401_is_not_given(listen: Listen) -> None:
    heard: list[bytes] = []
    listener = listen(answering(answer(b"", 'WWW-Authenticate: Basic realm="x"', status="401 Who?"), heard=heard))
    assert send(Request(url=listener.url), policy=LOOPBACK).status == 401
    assert len(heard) == 1


def test_cookies_are_forgotten_at_once(listen: Listen) -> None:
    heard: list[bytes] = []
    there = answer(b"", "Set-Cookie: canary=1; Path=/", "Location: /next", status="302 Found")
    listener = listen(answering(there, answer(b"fine", "Set-Cookie: canary=2"), answer(b"again"), heard=heard))
    for body in (b"fine", b"again"):
        assert send(Request(url=listener.url), policy=LOOPBACK).body == body
    assert len(heard) == 3
    assert b"cookie" not in b"".join(heard).lower()


def test_what_is_sent(listen: Listen) -> None:
    """The whole request, so that nothing creeps in."""
    heard: list[bytes] = []
    listener = listen(answering(answer(), heard=heard))
    request = Request(
        url=f"{listener.url}/a b/имя.wav?x=[1]&y=%20z#part",
        query={"from": "+7 923", "name": "Анна&Co"},
        headers={"Accept": "audio/*", "X-Empty": ""},
    )
    send(request, policy=LOOPBACK)
    path = "/a%20b/%D0%B8%D0%BC%D1%8F.wav?x=[1]&y=%20z&from=%2B7%20923&name=%D0%90%D0%BD%D0%BD%D0%B0%26Co"
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{listener.port}", "User-Agent: telephony", "Accept: audio/*"]
    assert heard == ["\r\n".join([*lines, "", ""]).encode()]


@pytest.mark.parametrize(
    ("request_", "type_", "body"),
    [
        (
            {"form": {"to": "+7 9", "имя": "1"}},
            "application/x-www-form-urlencoded",
            b"to=%2B7%209&%D0%B8%D0%BC%D1%8F=1",
        ),
        (
            {"form": {"a": "1"}, "body": b"{}", "headers": {"Content-Type": "application/json"}},
            "application/json",
            b"{}",
        ),
        ({"body": b"x" * 100_000}, "application/x-www-form-urlencoded", b"x" * 100_000),
        ({"body": b"@/etc/hostname"}, "application/x-www-form-urlencoded", b"@/etc/hostname"),
        ({}, "application/x-www-form-urlencoded", b""),
    ],
)
def test_bodies(request_: dict[str, object], type_: str, body: bytes, listen: Listen) -> None:
    heard: list[bytes] = []
    listener = listen(answering(answer(b"fine"), heard=heard))
    request = Request(url=listener.url, method="POST", **request_)  # type: ignore[arg-type]
    assert send(request, policy=LOOPBACK).body == b"fine"
    head, _, sent = heard[0].partition(b"\r\n\r\n")
    assert sent == body
    assert head.startswith(b"POST / HTTP/1.1\r\n")
    assert f"Content-Type: {type_}\r\nContent-Length: {len(body)}".encode() in head or (
        f"Content-Length: {len(body)}".encode() in head and f"Content-Type: {type_}".encode() in head
    )


def test_threads_do_not_disturb_one_another(listen: Listen) -> None:
    def serve(connection: object) -> None:
        answering(answer(threading.current_thread().name.encode() * 1000))(connection)  # type: ignore[arg-type]

    listener = listen(serve)
    with ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(lambda _: send(Request(url=listener.url), policy=LOOPBACK).body, range(80)))
    assert len(set(bodies)) == 80
    assert all(len(set(body.split(b"Thread"))) <= 2 for body in bodies)


def test_a_redirected_request_keeps_its_plain_headers(listen: Listen) -> None:
    heard: list[bytes] = []
    listener = listen(answering(redirect("/next"), answer(), heard=heard))
    send(Request(url=listener.url, headers={"Accept": "audio/*"}), policy=LOOPBACK)
    assert all(b"Accept: audio/*\r\n" in request for request in heard)
