"""The application for granian: bodies are read by the event loop, within limits, and threads work on whole requests.

`WEB_THREADS` (4) is how many of them a process has. Django itself runs as WSGI.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from typing import Any
from urllib.parse import unquote_to_bytes

from config import refusals
from config.bodies import NOTHING, Bodies, Limit, Receive, Refused, is_service, limit_of
from telephony.http.queued import WAITED

THREADS = int(os.environ.get("WEB_THREADS", "4"))
AT_ONCE = 1024 * 1024
"""Bytes of an answer that are collected: the thread is free before a slow reader has them."""
SEND_SECONDS = 30.0
"""A reader that takes nothing for so long has gone."""

Message = dict[str, Any]
Send = Callable[[Message], Any]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Web:
    """ASGI outside, WSGI inside."""

    def __init__(self, wsgi: Wsgi, *, threads: int = THREADS) -> None:
        self._wsgi = wsgi
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="web")
        self._bodies = Bodies()

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        headers = _headers(scope)
        environ = _environ(scope, headers)
        loop = asyncio.get_running_loop()
        asked = partial(loop.run_in_executor, self._threads, refusals.is_signed_in, environ)
        try:
            body = await self._bodies.read(receive, headers, await self._limit(scope["path"], headers, environ), asked)
        except Refused as refusal:
            if refusal.status:
                await refusals.tell(refusal.status, environ, send)
            return
        if "transfer-encoding" in headers:
            environ["CONTENT_LENGTH"] = str(len(body.content))
        environ["wsgi.input"] = io.BytesIO(body.content)
        send = send if body.is_whole else _closing(send)
        try:
            for message in await loop.run_in_executor(
                self._threads, self._answer, environ, send, loop, time.monotonic()
            ):
                await send(message)
        finally:
            self._bodies.held -= len(body.content)

    async def _limit(self, path: str, headers: Mapping[str, str], environ: dict[str, Any]) -> Limit:
        """What the address takes; of a wrong login nothing, however slowly it would come."""
        if is_service(path) and "authorization" in headers:
            loop = asyncio.get_running_loop()
            if await loop.run_in_executor(self._threads, refusals.login_is_wrong, environ):
                return NOTHING
        return limit_of(path, headers)

    def _answer(
        self, environ: dict[str, Any], send: Send, loop: asyncio.AbstractEventLoop, complete: float
    ) -> list[Message]:
        """In a thread, all of it: the database's connection is the thread's. What is left to be sent."""
        begun: Message = {}

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
            begun.update(type="http.response.start", status=int(status[:3]), headers=pairs)

        def put(message: Message) -> None:
            asyncio.run_coroutine_threadsafe(_sent(send, message), loop).result(SEND_SECONDS)

        environ[WAITED] = time.monotonic() - complete
        answer = self._wsgi(environ, start)
        try:
            pieces, size, rest = [], 0, iter(answer)
            for piece in rest:
                pieces.append(piece)
                size += len(piece)
                if size > AT_ONCE:
                    break
            else:
                return [begun, {"type": "http.response.body", "body": b"".join(pieces)}]
            put(begun)
            for piece in chain(pieces, rest):
                put({"type": "http.response.body", "body": piece, "more_body": True})
            return [{"type": "http.response.body", "body": b""}]
        finally:
            if hasattr(answer, "close"):
                answer.close()


def _closing(send: Send) -> Send:
    """For a body whose rest is not read: the line ends with this answer, and whoever keeps their lines open is told."""

    async def closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return closing


async def _sent(send: Send, message: Message) -> None:
    await send(message)


def _headers(scope: Mapping[str, Any]) -> dict[str, str]:
    """By lower-case name; one that comes again is joined. Those with an underscore are no other's double."""
    found: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if "_" not in name:
            found[name] = f"{found[name]}{'; ' if name == 'cookie' else ','}{value}" if name in found else value
    return found


def _environ(scope: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    """PEP 3333."""
    raw = scope.get("raw_path")
    path = unquote_to_bytes(raw.partition(b"?")[0]) if raw else scope["path"].encode()
    server, client = scope.get("server") or ("", 0), scope.get("client") or ("", 0)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1] or 80),
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.errors": sys.stderr,
        "wsgi.input": io.BytesIO(),
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    own = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
    for name, value in headers.items():
        environ[own.get(name) or "HTTP_" + name.upper().replace("-", "_")] = value
    return environ


from config.wsgi import application as _django  # noqa: E402  (Django is set up there)

application = Web(_django)
