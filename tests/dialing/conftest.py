"""Fixtures for the tests of click-to-call."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from telephony.dialing import orders
from tests.dialing.pbx import Pbx, serve


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders are sent in the test's own thread: no other sees what stands in its transaction."""
    monkeypatch.setattr(orders.lanes, "put", lambda _key, work: work())


@pytest.fixture
def pbx() -> Iterator[Pbx]:
    """The four PBXs' own APIs on this machine."""
    served = serve()
    with served.server:
        yield served


@pytest.fixture
def redirecting() -> Iterator[str]:
    """The address of a server that sends everybody elsewhere."""
    yield from _serve(lambda handler: (302, f"https://127.0.0.1{handler.path}", b""))


@pytest.fixture
def echoing() -> Iterator[str]:
    """The address of a PBX whose errors repeat what it was sent."""

    def refuse(handler: BaseHTTPRequestHandler) -> tuple[int, str, bytes]:
        token = handler.headers["x-pbx-authentication"]
        return 200, "", json.dumps({"status": 0, "error": f"Bad: {token} and key-of-101"}).encode()

    yield from _serve(refuse)


def _serve(answer: Callable[[BaseHTTPRequestHandler], tuple[int, str, bytes]]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, location, body = answer(self)
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  (the name that http.server calls)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/dial"
    server.shutdown()
    server.server_close()
    thread.join()
