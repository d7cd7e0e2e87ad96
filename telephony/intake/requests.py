"""A live request as a plain value: its body whole or not at all."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, UnreadablePostError
from django.utils import timezone

from telephony.domain.hooks import Hook
from telephony.http.remote_address import remote_address
from telephony.intake import quota

MAX_BODY_BYTES = 256 * 1024


class Unreadable(Exception):
    """The body can't be taken whole, so it is not taken at all: half a message may mean another thing."""

    def __init__(self, status: int, text: str, body: bytes = b"") -> None:
        super().__init__(text)
        self.status = status
        self.body = body
        """What was read of it."""


class Arrival:
    """A request that may be judged twice, because its connection turned out to be another than this process remembered:
    it is read and counted once."""

    def __init__(self, request: HttpRequest, *, vendor: str, tail: str) -> None:
        self.request = request
        self.vendor = vendor
        self.tail = tail
        self._waits: dict[int, int] = {}

    @property
    def hook(self) -> Hook:
        """Raises Unreadable."""
        if isinstance(self._read, Unreadable):
            raise self._read
        return self._read

    @cached_property
    def _read(self) -> Hook | Unreadable:
        """Nothing is left of a body that was read, also of one that can't be taken."""
        try:
            return received_hook(self.request, read_body(self.request), tail=self.tail)
        except Unreadable as trouble:
            return trouble

    def seconds_to_wait(self, connection_id: int) -> int:
        """0 if the message is within the connection's quota; then it is counted."""
        if connection_id not in self._waits:
            size = len(self.hook.body) + len(self.hook.query)
            self._waits[connection_id] = quota.seconds_to_wait(connection_id=connection_id, size=size)
        return self._waits[connection_id]


def read_body(request: HttpRequest, *, limit: int = MAX_BODY_BYTES) -> bytes:
    """The whole body. Django itself reads nothing of a chunked one, which would lose the message silently."""
    stream: Any = request
    if request.headers.get("Transfer-Encoding") and not isinstance(request, ASGIRequest):
        if not request.META.get("wsgi.input_terminated"):
            raise Unreadable(411, "Send the body with its length; this server reads no chunked bodies.")
        stream = request.META["wsgi.input"]
    try:
        body: bytes = stream.read(limit + 1)
    except (UnreadablePostError, OSError):
        raise Unreadable(400, "The body ended before it was complete.") from None
    if len(body) > limit:
        raise Unreadable(413, f"The body is larger than {limit // 1024} KiB.", body)
    announced = request.META.get("CONTENT_LENGTH") or ""
    if announced.isdecimal() and len(body) < int(announced):
        raise Unreadable(400, "The body ended before it was complete.", body)
    return body


def received_hook(request: HttpRequest, body: bytes, *, tail: str = "") -> Hook:
    """The request as a plain value."""
    return Hook(
        method=request.method or "",
        query=_query(request),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        received_at=timezone.now(),
        remote_address=remote_address(request),
        tail=tail,
    )


def _query(request: HttpRequest) -> bytes:
    if isinstance(request, ASGIRequest):
        return bytes(request.scope["query_string"])
    # WSGI hands the raw bytes over as Latin-1 text.
    return str(request.META.get("QUERY_STRING", "")).encode("latin-1", "replace")
