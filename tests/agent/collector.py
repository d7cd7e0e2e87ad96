"""The CRM's side of the agent: a real HTTP server that answers as a test says, and keeps what was sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "a secret of tests that is long enough"
PATH = "/telephony/hooks/asterisk/address-secret/"


@dataclass
class Sent:
    """One request of the agent's."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def message_id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def events(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.data["events"]
        return found

    def is_signed(self, key: bytes, body: bytes | None = None) -> bool:
        content = f"{self.message_id}.{self.headers['webhook-timestamp']}.".encode() + (
            self.body if body is None else body
        )
        right = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        return self.headers["webhook-signature"] == f"v1,{right}"


class Collector:
    """`status` is answered to each batch; `loses` is a cut link: the batch comes, its answer does not get back."""

    def __init__(self, port: int) -> None:
        self.requests: list[Sent] = []
        self.status = self.put_status = 200
        self.commands: list[dict[str, Any]] = []
        self.polled: list[dict[str, Any]] = []
        self.loses = False
        self.hold: Callable[[], None] = lambda: None
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _handler_of(self))
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{port}{PATH}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def keep(self, sent: Sent) -> tuple[int, bytes] | None:
        """The answer to it; None: none."""
        with self._lock:
            self.requests.append(sent)
            if self.loses:
                return None
        if sent.method == "GET":
            self.hold()
        waiting = {"GET": self.polled, "POST": self.commands}.get(sent.method, [])
        status = self.put_status if sent.method == "PUT" else self.status
        return status, json.dumps({"commands": waiting}).encode()

    def posts(self) -> list[Sent]:
        with self._lock:
            return [sent for sent in self.requests if sent.method == "POST"]

    def batches(self) -> list[Sent]:
        """Those with events, each once."""
        return list({sent.message_id: sent for sent in self.posts() if sent.events}.values())

    def events(self) -> list[dict[str, str]]:
        """What a receiver has that knows repeats by their webhook-id."""
        return [event for sent in self.batches() for event in sent.events]

    def wait(self, what: Callable[[], Any], *, seconds: float = 15) -> Any:
        """What it is, as soon as it is something."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found := what():
                return found
            time.sleep(0.02)
        raise AssertionError(f"It never came. Of {len(self.requests)} requests, the last: {self.requests[-3:]}")

    def puts(self) -> list[Sent]:
        with self._lock:
            return [sent for sent in self.requests if sent.method == "PUT"]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A killed agent breaks its connections: that is meant."""


def _handler_of(collector: Collector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            announced = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(announced)
            if len(body) < announced:  # The agent was killed while it sent this.
                self.close_connection = True
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = collector.keep(Sent(self.command, self.path, headers, body))
            if answer is None:
                self.close_connection = True
                return
            status, content = answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = handle_any  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Not into the test's output."""

    return Handler
