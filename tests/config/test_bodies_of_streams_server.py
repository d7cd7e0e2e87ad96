"""The server of the event streams: an application gets a request's body once, then hears that the browser left."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from config.bodies import SIGNED_IN, LimitedBodies
from config.refusals import tell_of


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ([], b""),
        ([(b"content-length", b"0")], b""),
        ([(b"content-length", b"3")], b"a=1"),
        ([(b"transfer-encoding", b"chunked")], b"a=1"),
    ],
)
def test_a_body_comes_once_also_an_empty_one(headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    waiting = [{"type": "http.request", "body": body, "more_body": False}, {"type": "http.disconnect"}]
    heard: list[Mapping[str, Any]] = []

    async def receive() -> Mapping[str, Any]:
        return waiting.pop(0)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        heard.extend([await receive(), await receive()])

    async def send(message: Any) -> None:
        raise AssertionError(message)

    asyncio.run(LimitedBodies(application, tell_of)({"type": "http", "headers": headers}, receive, send))
    assert [(message["type"], message.get("body")) for message in heard] == [
        ("http.request", body),
        ("http.disconnect", None),
    ]


@pytest.mark.parametrize(("accept", "words"), [(b"text/html", "<h1>"), (b"*/*", "Запрос слишком велик")])
def test_who_sends_too_much_is_told_so_in_words(accept: bytes, words: str) -> None:
    sent: list[Mapping[str, Any]] = []
    headers = [(b"content-length", b"%d" % (SIGNED_IN + 1)), (b"accept", accept), (b"accept-language", b"ru")]

    async def receive() -> Mapping[str, Any]:
        raise AssertionError("nothing is read")

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/crm/contacts/new/", "headers": headers}
    asyncio.run(LimitedBodies(lambda *_: receive(), tell_of)(scope, receive, send))
    assert sent[0]["status"] == 413
    assert words in sent[1]["body"].decode()
