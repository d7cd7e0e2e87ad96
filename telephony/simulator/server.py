"""The PBXs' own APIs on 127.0.0.1: `/<vendor>/...`, where `...` is the path at the vendor (README.md)."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from telephony.simulator.audio import recording
from telephony.vendors.simulated import ApiAnswer, ApiRequest, Fault, Order, SimulatedPbx

OnOrder = Callable[[str, Order], None]
"""Called with the vendor and the order, once for each accepted order whose call is to be played."""

SLOW_SECONDS = 5.0
MAX_BODY_BYTES = 64 * 1024
PIECE_BYTES = 4096


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Without a traceback for who hung up: the product does so when it has waited long enough."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class ApiServer:
    """Serves the PBXs given, by their slug, while its `with` block runs. Only this machine reaches it.

    `port` 0 takes a free one. `note` gets a line for each request, without its query and headers.
    """

    def __init__(
        self,
        pbxs: Mapping[str, SimulatedPbx],
        *,
        port: int = 0,
        on_order: OnOrder = lambda vendor, order: None,
        note: Callable[[str], None] = lambda line: None,
        slow_seconds: float = SLOW_SECONDS,
    ) -> None:
        self.pbxs = dict(pbxs)
        self.on_order = on_order
        self.note = note
        self.slow_seconds = slow_seconds
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> ApiServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: ApiRequest) -> tuple[str, ApiAnswer]:
        """The vendor's slug and its PBX's answer, as if nothing went wrong on the way."""
        slug, _, path = request.path.lstrip("/").partition("/")
        pbx = self.pbxs.get(slug)
        if pbx is None:
            return slug, ApiAnswer.not_found()
        inside = ApiRequest(
            method=request.method, path="/" + path, query=request.query, headers=request.headers, body=request.body
        )
        return slug, pbx.answer(inside)


def _handler(api: ApiServer) -> type[BaseHTTPRequestHandler]:
    """http.server wants a class, which makes one object a connection."""
    return type("Handler", (_Handler,), {"api": api})


class _Handler(BaseHTTPRequestHandler):
    api: ApiServer
    protocol_version = "HTTP/1.1"
    server_version = "SimulatedPbx"
    timeout = 30
    wbufsize = -1  # Head and body in one packet: two of them wait 40 ms for each other.

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:
        """The default would print queries, which hold tokens."""

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            self.close_connection = True
            self.send_error(413)
            return
        parts = urlsplit(self.path)
        request = ApiRequest(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(length)),
        )
        slug, answer = self.api.answer(request)
        fault = _order_fault(answer.order) or request.query.get("fault", "")
        self.api.note(f"{self.command} {parts.path}  {answer.status}{fault and f'  fault: {fault}'}")
        if fault == "slow" and not answer.recording:
            time.sleep(self.api.slow_seconds)
        if answer.order and fault != "no_call":
            self.api.on_order(slug, answer.order)
        if fault == "drop" and not answer.recording:
            self.close_connection = True
            return
        body = answer.body
        if answer.recording:
            answer = _RECORDING_FAULTS.get(fault, answer)
            file = answer.recording
            body = recording(file.recording_id, file.seconds, file.audio_format) if file else answer.body
        self._send(answer, body, fault)

    def _send(self, answer: ApiAnswer, body: bytes, fault: str) -> None:
        self.send_response(answer.status)
        if answer.status != 304:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(body)))
        if answer.location:
            self.send_header("Location", answer.location)
        self.end_headers()
        try:
            if fault == "drop":
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
            elif fault == "slow" and answer.recording:
                self._trickle(body)
            else:
                self.wfile.write(body)
        except OSError:  # The other side has had enough.
            self.close_connection = True

    def _trickle(self, body: bytes) -> None:
        pieces = range(0, len(body), PIECE_BYTES)
        for start in pieces:
            time.sleep(self.api.slow_seconds / len(pieces))
            self.wfile.write(body[start : start + PIECE_BYTES])
            self.wfile.flush()


_RECORDING_FAULTS = {
    "missing": ApiAnswer.html("<html><body><h1>404 Not Found</h1></body></html>", status=404),
    "html": ApiAnswer.html("<html><body>Войдите в личный кабинет</body></html>"),
    "empty": ApiAnswer(content_type="audio/mpeg", body=b""),
    "tiny": ApiAnswer(content_type="audio/mpeg", body=b"ID3\x04"),
    "unchanged": ApiAnswer(status=304),
    "error": ApiAnswer.html("<html><body><h1>502 Bad Gateway</h1></body></html>", status=502),
}
"""What a recording's address may answer instead, by `?fault=`."""


def _order_fault(order: Order | None) -> str:
    fault = Fault.of(order.employee.key or order.employee.extension) if order else None
    return _ORDER_FAULTS.get(fault, "")


_ORDER_FAULTS: dict[Fault | None, str] = {Fault.SLOW: "slow", Fault.DROPPED: "drop", Fault.NO_CALL: "no_call"}
