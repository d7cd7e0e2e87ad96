"""Signed requests to the CRM, over a connection that is kept: a new one costs a card half a second."""

from __future__ import annotations

import http.client
import json
import ssl
import uuid
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO
from urllib.parse import urljoin, urlsplit

from . import VERSION
from .settings import Settings, site_of
from .signing import signed

SECONDS = 10.0
"""How long an answer may take."""
LONGEST_ANSWER = 1_000_000


class NoAnswer(Exception):
    """The CRM was not reached, or did not answer: whether it got the message is not known."""


@dataclass(frozen=True)
class Answer:
    """`data` is the JSON object of the answer, empty where it is none; `clock` the CRM's time in Unix seconds."""

    status: int
    data: dict[str, Any]
    clock: float | None
    retry_after: float | None


class Site:
    """One connection, for one thread."""

    def __init__(self, settings: Settings) -> None:
        """Raises OSError where the file of certificates can't be read."""
        self._settings = settings
        self._parts = urlsplit(settings.address)
        self._tls = ssl.create_default_context(cafile=settings.ca_file or None)
        self._connection: http.client.HTTPConnection | None = None

    def post(self, body: bytes, *, message_id: str) -> Answer:
        """Raises NoAnswer."""
        headers = {"Content-Type": "application/json", **self._signed(body, message_id)}
        return self._ask("POST", self._parts.path, body, headers, SECONDS)

    def commands(self, *, hold_seconds: int) -> Answer:
        """What is to be done; the CRM may hold the answer for as long. Raises NoAnswer."""
        path = f"{self._parts.path}commands" + (f"?wait={hold_seconds}" if hold_seconds else "")
        return self._ask("GET", path, b"", self._signed(b"", f"msg_{uuid.uuid4().hex}"), SECONDS + hold_seconds)

    def put(self, to: str, content: bytes | BinaryIO, *, length: int, sha256: str) -> Answer:
        """`to` is an address of the same site. Raises NoAnswer, and ValueError for another site."""
        address = urljoin(self._settings.address, to)
        if site_of(address) != site_of(self._settings.address):
            raise ValueError("This is not an address of the CRM's.")
        parts = urlsplit(address)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(length),
            "X-Content-SHA256": sha256,
            **self._signed(sha256.encode(), f"msg_{uuid.uuid4().hex}"),
        }
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return self._ask("PUT", path, content, headers, 60.0)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _signed(self, body: bytes, message_id: str) -> dict[str, str]:
        return signed(self._settings.key, message_id=message_id, body=body)

    def _ask(self, method: str, path: str, body: bytes | BinaryIO, headers: dict[str, str], seconds: float) -> Answer:
        headers = {"User-Agent": f"asterisk-agent/{VERSION}", **headers}
        is_kept = self._connection is not None
        try:
            return self._exchange(method, path, body, headers, seconds)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as error:
            self.close()
            if not is_kept or not isinstance(body, bytes):
                raise NoAnswer(_words(error)) from None
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise NoAnswer(_words(error)) from None
        try:  # The CRM had closed the kept connection meanwhile.
            return self._exchange(method, path, body, headers, seconds)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise NoAnswer(_words(error)) from None

    def _exchange(
        self, method: str, path: str, body: bytes | BinaryIO, headers: dict[str, str], seconds: float
    ) -> Answer:
        connection = self._connected(seconds)
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        content = response.read(LONGEST_ANSWER)
        if response.read(1):
            raise http.client.HTTPException("The answer is too long.")
        return Answer(
            status=response.status,
            data=_object(content),
            clock=_clock(response.getheader("Date")),
            retry_after=_seconds(response.getheader("Retry-After")),
        )

    def _connected(self, seconds: float) -> http.client.HTTPConnection:
        if self._connection is None:
            host, port = self._parts.hostname or "", self._parts.port
            if self._parts.scheme == "https":
                self._connection = http.client.HTTPSConnection(host, port, timeout=seconds, context=self._tls)
            else:
                self._connection = http.client.HTTPConnection(host, port, timeout=seconds)
            self._connection.connect()
        if self._connection.sock is not None:
            self._connection.sock.settimeout(seconds)
        return self._connection


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


def _object(content: bytes) -> dict[str, Any]:
    try:
        data = json.loads(content)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _clock(date: str | None) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() if date else None
    except (TypeError, ValueError):
        return None


def _seconds(value: str | None) -> float | None:
    return float(value) if value and value.isascii() and value.isdigit() else None
