"""A bare HTTP server that keeps what it is sent, for tests of what the simulator sends."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, NamedTuple

BODY = b'{"success": true}'


class Received(NamedTuple):
    method: str
    path: str
    query: str
    body: bytes
    client_port: int


@dataclass
class Receiver:
    """Answers 200 at paths that hold `right`, else 404; every `close_every`th answer closes the connection after it."""

    right: str = "/right/"
    body: bytes = BODY
    close_every: int = 0
    received: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/telephony/hooks/sipuni{self.right}"

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_GET(self) -> None:
                path, _, query = self.path.partition("?")
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with receiver._lock:
                    receiver.received.append(Received(self.command, path, query, body, self.client_address[1]))
                    number = len(receiver.received)
                self.send_response(200 if receiver.right in path else 404)
                self.send_header("Content-Length", str(len(receiver.body)))
                self.end_headers()
                self.wfile.write(receiver.body)
                if receiver.close_every and number % receiver.close_every == 0:
                    self.close_connection = True  # Without a word, as servers do when they restart.

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *arguments: Any) -> None:
                pass

        return Handler
