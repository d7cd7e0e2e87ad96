"""How much a request may bring, and for how long: read before a thread is taken for it.

A body that trickles holds a connection and what has come of it, never a thread. Who is not signed in brings little.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

KIB, MIB = 1024, 1024 * 1024
ANONYMOUS = 64 * KIB
API = 256 * KIB
PBX = 256 * KIB
"""As in telephony/intake/views.py, which tells the PBX of more; 1C's services take less."""
SIGNED_IN = 2 * MIB
UPLOAD = 21 * MIB
"""A file of contacts (crm/imports/reading/grid.py) and what a form adds."""
MOST_HELD = 96 * MIB
"""Bytes of all bodies of a process that are read or worked on."""
SECONDS, UPLOAD_SECONDS = 10.0, 60.0

_PBX = re.compile(r"/telephony/(hooks|ws)/")
_SERVICES = "/telephony/ws/"
_API = "/api/"
_UPLOADS = re.compile(r"/crm/contacts/import/$")

Receive = Callable[[], Awaitable[Mapping[str, Any]]]


class Refused(Exception):
    """The body is not taken; `status` is what to answer. 0: whoever sent it has gone."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How much may come, within which time."""

    size: int
    seconds: float = SECONDS
    signed_in: bool = False
    """Whether more than ANONYMOUS is for people alone who are signed in."""
    cut: bool = False
    """Whether the application itself tells that it is too much: it gets the beginning."""


NOTHING = Limit(size=0, cut=True)


def is_service(path: str) -> bool:
    """Whether it is one of 1C's services, whose login stands in the headers."""
    return path.startswith(_SERVICES)


def limit_of(path: str, headers: Mapping[str, str]) -> Limit:
    """What the address takes."""
    if is_service(path) and "authorization" not in headers:
        return NOTHING  # The login comes first.
    if _PBX.match(path):
        return Limit(size=PBX, cut=True)
    if path.startswith(_API):
        return Limit(size=API)
    if _UPLOADS.match(path):
        return Limit(size=UPLOAD, seconds=UPLOAD_SECONDS, signed_in=True)
    return Limit(size=SIGNED_IN, signed_in=True)


@dataclass(frozen=True, slots=True)
class Body:
    """What came of a body."""

    content: bytes
    is_whole: bool
    """Whether nothing more comes on this line that belongs to it."""


class Bodies:
    """Reads the bodies of one process."""

    def __init__(self) -> None:
        self.held = 0

    async def read(
        self, receive: Receive, headers: Mapping[str, str], limit: Limit, is_signed_in: Callable[[], Awaitable[bool]]
    ) -> Body:
        """The body, or with `cut` its beginning. Its length stays in `held` until the caller gives it back.

        Raises Refused: 413 for too much, 408 for too slow, 503 if all others hold too much.
        """
        announced = headers.get("content-length", "")
        length = int(announced) if announced.isdecimal() and len(announced) < 12 else 0
        if length > limit.size and not limit.cut:
            raise Refused(413)
        if length > ANONYMOUS and limit.signed_in and not await is_signed_in():
            raise Refused(413)
        is_empty = not length and "transfer-encoding" not in headers
        if not limit.size or is_empty:
            return Body(b"", is_whole=is_empty)
        body = bytearray()
        try:
            async with asyncio.timeout(limit.seconds):
                is_whole = await self._fill(body, receive, limit, is_signed_in)
        except BaseException as error:
            self.held -= len(body)
            if isinstance(error, TimeoutError):
                raise Refused(408) from None
            raise
        return Body(bytes(body), is_whole)

    async def _fill(
        self, body: bytearray, receive: Receive, limit: Limit, is_signed_in: Callable[[], Awaitable[bool]]
    ) -> bool:
        """Whether all of it came."""
        known = not limit.signed_in
        more = True
        while more and len(body) <= limit.size:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refused(0)
            chunk = message.get("body", b"")
            self.held += len(chunk)
            body += chunk
            more = message.get("more_body", False)
            if len(body) > limit.size and not limit.cut:
                raise Refused(413)
            if self.held > MOST_HELD:
                raise Refused(503)
            if len(body) > ANONYMOUS and not known:
                known = await is_signed_in()
                if not known:
                    raise Refused(413)
        return not more


class LimitedBodies:
    """For the server of the event streams: the body is there before the application is called, and is a small one."""

    def __init__(self, application: Callable[..., Awaitable[None]], tell: Callable[..., Awaitable[None]]) -> None:
        self._application = application
        self._tell = tell
        self._bodies = Bodies()

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Callable[..., Awaitable[None]]) -> None:
        """Answer one request."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", ())}
        # Of an empty one nothing would be taken here, and the server's own message would follow as a second body.
        is_empty = "transfer-encoding" not in headers and headers.get("content-length", "0").strip() == "0"
        if scope["type"] != "http" or is_empty:
            await self._application(scope, receive, send)
            return
        try:
            body = await self._bodies.read(receive, headers, Limit(size=SIGNED_IN), _nobody)
        except Refused as refusal:
            if refusal.status:
                await self._tell(refusal.status, scope, headers, send)
            return
        first = [{"type": "http.request", "body": body.content, "more_body": False}]

        async def received() -> Mapping[str, Any]:
            return first.pop() if first else await receive()

        try:
            await self._application(scope, received, send)
        finally:
            self._bodies.held -= len(body.content)


async def _nobody() -> bool:
    return False
