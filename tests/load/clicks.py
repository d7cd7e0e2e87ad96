"""People who click on numbers of a running server, and a PBX that never says a word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from socket import AF_INET, SOCK_STREAM, socket
from typing import Any

from tests.dialing.playing import Playing, playing_for
from tests.e2e.browser import log_in
from tests.servers import Server

HANGING = [f"hanging{number}" for number in range(3)]
EACH_CLICKS = 4
HANGING_NOW = "SELECT count(*) FROM telephony_dial WHERE state IN ('waiting', 'ordered')"
HANG = (
    "from telephony.models import Connection\n"
    "row = Connection.objects.get(vendor='wirecrm')\n"
    "row.settings = {{**row.settings, 'dial_url': {address!r}}}\n"
    "row.save()"
)


@contextmanager
def hanging_pbx() -> Iterator[str]:
    """The address of a PBX that takes connections and never says a word."""
    with socket(AF_INET, SOCK_STREAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/dial"


@contextmanager
def ready(server: Server, phones: list[tuple[str, str, str]]) -> Iterator[Playing]:
    server.environment |= {"TELEPHONY_DIALS_PER_MINUTE": "1000"}
    with playing_for(server) as playing:
        playing.is_telling = False
        playing.set_up(phones)
        server.start()
        yield playing
        server.stop()


class Page:
    """A user's page, which orders and does not look back."""

    def __init__(self, server: Server, username: str) -> None:
        cookie = log_in(server, username)
        self._port = server.port
        self.headers = {
            "Content-Type": "application/json",
            "Cookie": f"{cookie['name']}={cookie['value']}; csrftoken={'c' * 32}",
            "X-CSRFToken": "c" * 32,
        }

    def order(self, key: str, *, phone: str = "+79201119613") -> dict[str, Any]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            connection.request("POST", "/telephony/dial/", json.dumps({"phone": phone, "key": key}), self.headers)
            told: dict[str, Any] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        assert told["state"] in ("ordered", "sent"), told
        return told
