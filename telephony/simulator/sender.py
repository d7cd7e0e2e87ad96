"""Sends a PBX's messages over HTTP, each thread on a connection of its own that stays open."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from telephony.vendors.simulated import Message

TIMEOUT_SECONDS = 30
_Response = tuple[int, bytes, dict[str, str]]
_HOOK_SECRET = re.compile(r"(/hooks/[-\w]+/)[^/?]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; status 0 and a `failure` in words if nothing did."""

    status: int
    body: bytes
    seconds: float
    failure: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in small letters."""


class Sender:
    """For one thread. An address's query, if it has one, comes before the message's."""

    def __init__(self, *, timeout: float = TIMEOUT_SECONDS) -> None:
        """`timeout`: seconds for each answer."""
        self._timeout = timeout
        self._connections: dict[tuple[str, str], HTTPConnection] = {}

    def send(self, url: str, message: Message) -> Answer:
        """Never raises for what the network does."""
        parts = urlsplit(url)
        query = "&".join(filter(None, (parts.query, message.query)))
        path = (parts.path or "/") + message.tail + (f"?{query}" if query else "")
        begun = time.monotonic()
        try:
            status, body, headers = self._request(parts.scheme, parts.netloc, path, message)
        except (OSError, HTTPException) as error:
            self._forget(parts.scheme, parts.netloc)
            return Answer(status=0, body=b"", seconds=time.monotonic() - begun, failure=type(error).__name__)
        return Answer(status=status, body=body, seconds=time.monotonic() - begun, headers=headers)

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def _request(self, scheme: str, netloc: str, path: str, message: Message) -> _Response:
        was_open = (scheme, netloc) in self._connections
        try:
            return self._request_once(scheme, netloc, path, message)
        except (ConnectionError, HTTPException):
            if not was_open:
                raise
            # The server has closed the connection that stood open; a PBX would open another too.
            self._forget(scheme, netloc)
            return self._request_once(scheme, netloc, path, message)

    def _request_once(self, scheme: str, netloc: str, path: str, message: Message) -> _Response:
        connection = self._connections.get((scheme, netloc))
        if connection is None:
            kind = HTTPSConnection if scheme == "https" else HTTPConnection
            connection = self._connections[scheme, netloc] = kind(netloc, timeout=self._timeout)
        body = message.body if message.method == "POST" else None
        connection.request(message.method, path, body=body, headers=dict(message.headers))
        response = connection.getresponse()
        return response.status, response.read(), {name.lower(): value for name, value in response.getheaders()}

    def _forget(self, scheme: str, netloc: str) -> None:
        connection = self._connections.pop((scheme, netloc), None)
        if connection is not None:
            connection.close()


def with_wrong_secret(url: str) -> str:
    """The address of somebody who guesses; the same address if it is no hook's."""
    return _HOOK_SECRET.sub(lambda found: found[1] + secrets.token_urlsafe(24), url, count=1)
