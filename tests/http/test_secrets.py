"""A token goes to its own host or nowhere, and into no text."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable

import pytest
from django.utils import translation

from telephony.http import Failure, Limits, Request, RequestFailed, Response, failure_text, send
from telephony.http.addresses import parse
from tests.http.conftest import GATEWAY, LOOPBACK
from tests.http.peers import Listener, answer, answering, redirect

CANARY = "canary-5f3a"
IN_QUERY, IN_HEADER, IN_FORM = ({"token": CANARY}, {"X-Token": CANARY}, {"secret": CANARY})
Listen = Callable[..., Listener]


def secretly(url: str, own: str, *, method: str = "POST") -> Request:
    """A request with a secret in every place."""
    return Request(
        url=url,
        method=method,
        own_address=own,
        secret_query=IN_QUERY,
        secret_headers=IN_HEADER,
        secret_form=IN_FORM if method == "POST" else {},
    )


def test_secrets_reach_the_own_host(listen: Listen) -> None:
    heard: list[bytes] = []
    listener = listen(answering(answer(b"fine"), heard=heard))
    send(secretly(f"{listener.url}/api/call?x=1", f"{listener.url}/api"), policy=LOOPBACK)
    assert heard[0].startswith(f"POST /api/call?x=1&token={CANARY} HTTP/1.1".encode())
    assert f"X-Token: {CANARY}".encode() in heard[0]
    assert heard[0].endswith(f"secret={CANARY}".encode())


@pytest.mark.parametrize(
    ("own", "goes"),
    [
        ("{url}", True),
        ("{url}/other/path?query=1", True),
        ("HTTP://LOCALHOST:{port}", False),
        ("", False),
        ("http://127.0.0.1", False),
        ("http://127.0.0.1:1{port}", False),
        ("http://127.0.0.2:{port}", False),
        ("https://127.0.0.1:{port}", False),
        ("http://127.0.0.1.example:{port}", False),
        ("ftp://127.0.0.1:{port}/x", False),
    ],
)
@pytest.mark.parametrize("secret", ["secret_query", "secret_headers", "secret_form"])
def test_secrets_go_nowhere_else(own: str, goes: bool, secret: str, listen: Listen) -> None:
    """The scheme counts, too: what is meant for https never goes by http."""
    listener = listen(answering(answer(b"fine")))
    own = own.replace("{url}", listener.url).replace("1{port}", "1").replace("{port}", str(listener.port))
    request = Request(url=listener.url, method="POST", own_address=own, **{secret: {"token": CANARY}})  # type: ignore[arg-type]
    if goes:
        assert send(request, policy=LOOPBACK).body == b"fine"
        return
    with pytest.raises(RequestFailed) as raised:
        send(request, policy=LOOPBACK)
    assert raised.value.failure is Failure.SECRET_ELSEWHERE
    assert raised.value.permanent
    assert not raised.value.may_have_arrived
    assert listener.count() == 0


def test_https_is_good_enough_for_what_may_go_by_http_at_the_same_port() -> None:
    own = parse("http://pbx.example:8443/")
    assert parse("https://pbx.example:8443/x").may_have_secrets_of(own)
    assert not parse("https://pbx.example/x").may_have_secrets_of(own)


def test_a_redirect_to_the_own_host_gets_the_header_and_not_the_query(listen: Listen) -> None:
    heard: list[bytes] = []
    listener = listen(answering(redirect("/file?of=theirs"), answer(b"fine"), heard=heard))
    request = secretly(f"{listener.url}/record", listener.url, method="GET")
    assert send(request, policy=LOOPBACK).body == b"fine"
    assert heard[1].startswith(b"GET /file?of=theirs HTTP/1.1\r\n")
    assert f"X-Token: {CANARY}\r\n".encode() in heard[1]


@pytest.mark.parametrize("host", ["127.0.0.1", GATEWAY], ids=["another port", "another host"])
def test_a_redirect_elsewhere_gets_no_secret(host: str, listen: Listen) -> None:
    heard: list[bytes] = []
    elsewhere = listen(answering(redirect("/again"), answer(b"fine"), heard=heard), host=host)
    own = listen(answering(redirect(f"{elsewhere.url}/file")))
    assert send(secretly(f"{own.url}/record", own.url, method="GET"), policy=LOOPBACK).body == b"fine"
    assert len(heard) == 2
    assert CANARY.encode() not in b"".join(heard)
    assert b"referer" not in b"".join(heard).lower()


def test_a_redirect_away_and_back_gets_the_header_again(listen: Listen) -> None:
    heard: list[bytes] = []
    heard_elsewhere: list[bytes] = []
    own_url: list[str] = []

    def send_back(connection: socket.socket) -> None:
        answering(redirect(own_url[0] + "/back"), heard=heard_elsewhere)(connection)

    elsewhere = listen(send_back)
    own = listen(answering(redirect(f"{elsewhere.url}/file"), answer(b"fine"), heard=heard))
    own_url.append(own.url)
    assert send(secretly(f"{own.url}/record", own.url, method="GET"), policy=LOOPBACK).body == b"fine"
    assert CANARY.encode() in heard[1]
    assert CANARY.encode() not in heard_elsewhere[0]


def failing(url: str, **more: object) -> RequestFailed:
    own = "/".join(url.split("/")[:3])
    request = Request(url=url, own_address=own, secret_query=IN_QUERY, secret_headers=IN_HEADER, **more)  # type: ignore[arg-type]
    with pytest.raises(RequestFailed) as raised:
        send(request, policy=LOOPBACK, limits=Limits(connect_seconds=1, total_seconds=0.5, longest=10))
    return raised.value


def chain(error: BaseException | None) -> list[BaseException]:
    return [] if error is None else [error, *chain(error.__cause__), *chain(error.__context__)]


def test_no_text_holds_a_secret(listen: Listen, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture) -> None:
    """Whatever fails: the text, its repr, what is chained to it, what is logged and what is printed."""
    caplog.set_level(logging.DEBUG)
    large = listen(answering(answer(b"x" * 100, f"X-Echo: {CANARY}")))
    wild = listen(answering(redirect(f"ldap://{CANARY}.example/?token={CANARY}")))
    inside = listen(answering(redirect(f"http://10.0.0.1/{CANARY}?token={CANARY}")))
    odd = listen(answering(redirect(f"http://user:{CANARY}@10.0.0.1/")))
    empty = listen(lambda connection: None)
    path = f"/{CANARY}?key={CANARY}#{CANARY}"
    urls = [large.url + path, wild.url + path, inside.url + path, odd.url + path, empty.url + path]
    urls += [f"http://nobody.invalid{path}", f"https://127.0.0.1:{empty.port}{path}", f"http://127.0.0.1:1{path}"]
    urls += [f"http://user:{CANARY}@127.0.0.1/", f"http://127.0.0.1:1/\\{CANARY}", f"{CANARY}://x/"]
    failures = [failing(url) for url in urls]
    failures.append(failing(large.url, headers={"X-Line": f"a\r\nb: {CANARY}"}))
    assert len({failed.failure for failed in failures}) >= 7
    for error in (error for failed in failures for error in chain(failed)):
        assert CANARY not in f"{error} {error!r} {error.args} {vars(error)}"
    assert CANARY not in caplog.text
    assert CANARY not in "".join(capfd.readouterr())


def test_no_repr_holds_a_secret() -> None:
    """They stand in tracebacks with local variables."""
    request = secretly(f"https://pbx.example/{CANARY}?key={CANARY}", "https://pbx.example")
    response = Response(status=302, headers={"location": CANARY}, body=CANARY.encode(), size=1)
    address = parse(f"ftp://user:{CANARY}@pbx.example/{CANARY}")
    assert CANARY not in f"{request!r} {response!r} {address!r} {address.with_query(IN_QUERY)!r}"
    assert "pbx.example" in repr(address)


def test_a_header_can_not_hold_another(listen: Listen) -> None:
    listener = listen(answering(answer()))
    for value in ("a\r\nX-More: 1", "a\nb", "a\0b", "a\x85b"):
        with pytest.raises(RequestFailed) as raised:
            send(Request(url=listener.url, headers={"X-Token": value}), policy=LOOPBACK)
        assert raised.value.failure is Failure.PROTOCOL
    assert listener.count() == 0


@pytest.mark.parametrize("failure", Failure)
def test_each_failure_has_words(failure: Failure) -> None:
    assert str(failure_text(failure)).endswith(".")
    assert failure_text(failure.value) == failure_text(failure)
    with translation.override("ru"):
        assert str(failure_text(failure))


def test_an_unknown_code_has_no_words() -> None:
    with pytest.raises(ValueError, match="no_such_code"):
        failure_text("no_such_code")


def test_the_text_names_the_host_and_says_what_to_do(listen: Listen) -> None:
    with pytest.raises(RequestFailed) as raised:
        send(Request(url="http://10.0.0.1/x?y=z"), policy=LOOPBACK)
    assert raised.value.text == str(raised.value) == f"10.0.0.1: {failure_text('forbidden_address')}"


@pytest.mark.parametrize(
    ("body", "text"), [("Имя".encode("utf-8-sig"), "Имя"), ("Имя".encode("cp1251"), "Имя"), (b"\x98", "\ufffd")]
)
def test_a_body_is_text_whatever_its_bytes(body: bytes, text: str) -> None:
    assert Response(status=200, headers={}, body=body, size=len(body)).text == text
