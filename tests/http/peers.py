"""The other side of a request: real listeners with bad manners, each in threads of its own."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

import pycurl

Serve = Callable[[socket.socket], None]
PATIENCE = 10


def hang_up(connection: socket.socket) -> None:
    """Says nothing."""


class Listener:
    """Counts its connections; what `serve` leaves open is closed."""

    def __init__(self, serve: Serve = hang_up, *, host: str = "127.0.0.1", port: int = 0) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=512)
        self._serve = serve
        self._host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        self.port: int = self._socket.getsockname()[1]
        self._callers: list[tuple[int, str]] = []
        self._told = 0
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}"

    def count(self) -> int:
        """Connections that others made."""
        return len(self.destinations())

    def destinations(self) -> list[str]:
        """To which of our addresses they were made: one of our own comes after them, so none is still on its way."""
        own = pycurl.Curl()
        try:
            own.setopt(pycurl.URL, self.url)
            own.setopt(pycurl.PROXY, "")
            own.setopt(pycurl.CONNECT_ONLY, 1)
            own.perform()
            marker = (own.getinfo(pycurl.LOCAL_PORT), self._host)
        finally:
            own.close()
        with self._news:
            # Ports are used again: only what is new can be the marker.
            assert self._news.wait_for(lambda: marker in self._callers[self._told :], PATIENCE)
            del self._callers[self._callers.index(marker, self._told)]
            self._told = len(self._callers)
            return [address for _, address in self._callers]

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(PATIENCE)

    def _accept(self) -> None:
        while True:
            try:
                connection, peer = self._socket.accept()
            except OSError:
                return
            with self._news:
                self._callers.append((peer[1], connection.getsockname()[0]))
                self._news.notify_all()
            threading.Thread(target=self._talk, args=[connection], daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(PATIENCE)
            self._serve(connection)


class Victim:
    """Every address of this machine, IPv4 and IPv6, at one port: nobody may connect to it."""

    def __init__(self, port: int = 0) -> None:
        ipv4 = Listener(host="0.0.0.0", port=port)
        self.port = ipv4.port
        self._listeners = [ipv4]
        if socket.has_ipv6:
            with contextlib.suppress(OSError):
                self._listeners.append(Listener(host="::", port=self.port))

    def count(self) -> int:
        return sum(listener.count() for listener in self._listeners)

    def close(self) -> None:
        for listener in self._listeners:
            listener.close()


def read_request(connection: socket.socket) -> bytes:
    """Head and body (by Content-Length) of a request."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65_536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def answering(*answers: bytes, heard: list[bytes] | None = None) -> Serve:
    """Gives each connection the next answer, the last one for ever."""
    waiting = list(answers)

    def serve(connection: socket.socket) -> None:
        request = read_request(connection)
        if not request:
            return
        if heard is not None:
            heard.append(request)
        connection.sendall(waiting.pop(0) if len(waiting) > 1 else waiting[0])

    return serve


def answer(body: bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    return answer(b"", f"Location: {location}", status=status)
