"""Connections that send their bodies drop by drop."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

EVERY = 0.3
"""Seconds between two bytes."""

ANONYMOUS = (
    "/admin/login/",
    "/i18n/setlang/",
    "/telephony/ws/VATS",
    "/telephony/hooks/sipuni/no-such-secret/",
    "/api/v1/calls/",
    "/crm/contacts/import/",
    "/",
)
"""Addresses that anybody can reach; a connection's own is added to them."""


def head(path: str, length: int | str, *headers: str) -> bytes:
    size = "Transfer-Encoding: chunked" if length == "chunked" else f"Content-Length: {length}"
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/x-www-form-urlencoded", size]
    lines += ["Authorization: Basic eDp4", "Cookie: csrftoken=" + "a" * 32, *headers]
    return "\r\n".join([*lines, "", ""]).encode()


class Trickle:
    """One connection; it begins anew when it is thrown out."""

    def __init__(self, port: int, path: str) -> None:
        self._port, self._path = port, path
        self.ended: list[str] = []
        """First lines of what was answered."""

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 10) as made:
                made.sendall(head(self._path, 60_000))
                made.settimeout(EVERY)
                while not stop.is_set():
                    made.sendall(b"a")
                    with suppress(TimeoutError):
                        answer = made.recv(4096)
                        self.ended.append(answer.partition(b"\r\n")[0].decode())
                        break
            stop.wait(0.1)


@contextmanager
def trickling(port: int, paths: Sequence[str], each: int) -> Iterator[list[Trickle]]:
    """`each` connections to every address, as long as the block lasts."""
    stop, made = threading.Event(), [Trickle(port, path) for path in paths for _ in range(each)]
    threads = [threading.Thread(target=one.run, args=(stop,), daemon=True) for one in made]
    for thread in threads:
        thread.start()
    time.sleep(1)
    try:
        yield made
    finally:
        stop.set()
        for thread in threads:
            thread.join(10)
