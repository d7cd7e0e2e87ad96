"""An error of ours goes to Sentry with its traceback and nothing that is secret: a real server, a real receiver."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.servers import Server

pytestmark = pytest.mark.proof
SECRET = "a-Secret-of-the-PBX-7Jk2Lm9Qx4"
FAULT = f"""
import logging
from django.core.handlers.base import BaseHandler
try:
    token = "{SECRET}"
    raise ZeroDivisionError("while asking https://pbx.example/api?token={SECRET}")
except ZeroDivisionError:
    logging.getLogger("telephony").exception("At /telephony/hooks/sipuni/{SECRET}/")
import sentry_sdk
sentry_sdk.flush(10)
"""


@contextmanager
def receiver() -> Iterator[tuple[int, list[str]]]:
    """Its port, and the envelopes that came."""
    taken: list[str] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append((gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body).decode())
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, taken
    server.shutdown()
    server.server_close()


def test_an_error_is_sent_without_what_is_secret(tmp_path: Path) -> None:
    with receiver() as (port, taken):
        server = Server(var_dir=tmp_path)
        server.make_tables()
        server.environment["SENTRY_DSN"] = f"http://public@127.0.0.1:{port}/1"
        server.manage("shell", "-c", FAULT)
        deadline = time.monotonic() + 10
        while not taken and time.monotonic() < deadline:
            time.sleep(0.05)
    told = "".join(taken)
    assert "ZeroDivisionError" in told
    assert "/telephony/hooks/sipuni/[hidden]/" in told
    assert SECRET not in told


def test_a_refused_request_is_no_error(tmp_path: Path) -> None:
    with receiver() as (port, taken):
        server = Server(var_dir=tmp_path)
        server.make_tables()
        server.environment["SENTRY_DSN"] = f"http://public@127.0.0.1:{port}/1"
        server.start()
        request = Request(f"{server.url}/nowhere/?token={SECRET}", headers={"Cookie": f"sessionid={SECRET}"})
        try:
            with pytest.raises(OSError, match="404"):
                urlopen(request, timeout=10)
        finally:
            server.stop()
    assert SECRET not in "".join(taken)
    assert "exception" not in "".join(taken)
