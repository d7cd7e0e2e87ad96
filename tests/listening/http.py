"""A listener who talks HTTP to a real server."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPResponse
from typing import NamedTuple

from tests.e2e.browser import log_in, run
from tests.servers import Server

STORE = """
import os
from pathlib import Path
from tests.listening.world import *
person = make_person({username!r}, "Administrator")
{lines}
"""


class Got(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Listener:
    """Somebody who is logged in to the server, or nobody."""

    def __init__(self, server: Server, username: str = "") -> None:
        self.port = server.port
        cookie = log_in(server, username) if username else {}
        self.headers = {"Cookie": f"{cookie['name']}={cookie['value']}"} if cookie else {}

    def get(self, path: str, method: str = "GET", **headers: str) -> Got:
        connection, answer = self.open(path, method, **headers)
        try:
            return Got(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def open(self, path: str, method: str = "GET", **headers: str) -> tuple[HTTPConnection, HTTPResponse]:
        """An answer whose body is still to be read."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={**self.headers, **sent})
        return connection, connection.getresponse()


def add_recording(server: Server, lines: str, username: str = "boss") -> str:
    """Make an administrator, and with these lines (which set `recording`) a recording; returns its address."""
    made = run(server, STORE.format(username=username, lines=lines) + "\nprint(recording.pk)")
    return audio_url(int(made.splitlines()[-1]))


def audio_url(pk: int) -> str:
    return f"/telephony/recordings/{pk}/audio"


def journal(server: Server) -> list[str]:
    """The rows, oldest first: who, what kind, of which recording."""
    code = "from telephony.models import Listening\nfor row in Listening.objects.order_by('id'):\n"
    return run(server, code + "    print(row.username, row.kind, row.recording_id)\n").splitlines()
