"""What stands before the application, and may do what it likes with a request: a proxy that is set up wrongly."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable

from tests.servers import free_port

Meddling = Callable[[bytes], "bytes | None"]
"""Given the head of a request: the head to pass on, or None to say nothing more. Raises `Answered`."""


class Answered(Exception):
    """The proxy answers by itself."""

    def __init__(self, status: str, headers: str = "") -> None:
        super().__init__(status)
        self.answer = f"HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n".encode()


class Front:
    """Passes everything on to the server's port, unless it is told to meddle."""

    def __init__(self, port: int) -> None:
        self.port, self._to = free_port(), port
        self.meddle: Meddling = passing
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with near, contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                if not (received := near.recv(65536)):
                    return
                head += received
            try:
                passed = self.meddle(head)
            except Answered as answered:
                near.sendall(answered.answer)
                return
            if passed is None:
                time.sleep(30)
                return
            # One request a connection: each is meddled with.
            passed = re.sub(rb"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", passed, count=1)
            with socket.create_connection(("127.0.0.1", self._to), timeout=30) as far:
                far.sendall(passed)
                threading.Thread(target=_pump, args=(near, far), daemon=True).start()
                _pump(far, near)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while received := source.recv(65536):
            sink.sendall(received)


def passing(head: bytes) -> bytes:
    return head


def without(header: bytes) -> Meddling:
    return lambda head: re.sub(rb"\r\n" + header + rb":[^\r]*", b"", head, flags=re.IGNORECASE)


def answering(path: bytes, status: str, headers: str = "") -> Meddling:
    """To whatever has this in its path."""

    def meddle(head: bytes) -> bytes:
        if path in head.partition(b"\r\n")[0]:
            raise Answered(status, headers)
        return head

    return meddle


def silent(path: bytes) -> Meddling:
    return lambda head: None if path in head.partition(b"\r\n")[0] else head
