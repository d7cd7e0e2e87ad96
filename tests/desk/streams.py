"""Browsers' streams without browsers: many at once, on one thread."""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass, field
from typing import Any

from tests.servers import Server

ADD_PEOPLE = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.auth.models import Group
from telephony.models import Connection, Extension
connection = Connection.objects.filter(vendor="sipuni").earliest("pk")
store = import_module(settings.SESSION_ENGINE).SessionStore
sessions = {{}}
for number in range(101, 101 + {count}):
    user = get_user_model()(username=f"u{{number}}", is_staff=True)
    user.set_unusable_password()
    user.save()
    user.groups.add(Group.objects.get(name="Operator"))
    Extension.objects.create(connection=connection, user=user, number=str(number))
    session = store()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session.create()
    sessions[str(number)] = session.session_key
print(json.dumps(sessions))
"""


@dataclass(slots=True)
class Line:
    """One open stream, and what it said when (monotonic seconds)."""

    wire: socket.socket
    received: bytes = b""
    said: list[tuple[float, str]] = field(default_factory=list)
    is_open: bool = True

    def topics(self) -> list[str]:
        return [topic for _at, topic in self.said]


class Streams:
    """Open streams by name, read together."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._selector = selectors.DefaultSelector()
        self.lines: dict[str, Line] = {}

    def open(self, name: str, session: str, last: int | None = None) -> None:
        wire = socket.create_connection(("127.0.0.1", self._server.port), timeout=20)
        head = f"GET /telephony/live/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={session}\r\n"
        head += f"Last-Event-ID: {last}\r\n" if last is not None else ""
        wire.sendall(f"{head}\r\n".encode())
        wire.setblocking(False)
        self.lines[name] = Line(wire)
        self._selector.register(wire, selectors.EVENT_READ, name)

    def read(self, seconds: float) -> None:
        """Take what comes within this time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._take(left)

    def read_until(self, is_true: Any, seconds: float) -> float:
        """Read until that is so; returns how long it took. AssertionError if it does not come."""
        begun = time.monotonic()
        while not is_true():
            left = seconds - (time.monotonic() - begun)
            assert left > 0, {name: line.topics() for name, line in self.lines.items()}
            self._take(min(left, 0.2))
        return time.monotonic() - begun

    def _take(self, seconds: float) -> None:
        for key, _events in self._selector.select(seconds):
            line = self.lines[key.data]
            data = line.wire.recv(65536)
            if not data:
                line.is_open = False
                self._selector.unregister(line.wire)
                continue
            line.received += data
            *whole, line.received = line.received.split(b"\n")
            for text in whole:
                if text == b"0\r":  # The last of HTTP's chunks.
                    line.is_open = False
                if text.startswith(b"event: "):
                    line.said.append((time.monotonic(), text[7:].decode().strip()))

    def close(self) -> None:
        for line in self.lines.values():
            line.wire.close()
        self._selector.close()
