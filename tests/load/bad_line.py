"""A proxy for HTTP that loses, cuts, holds up and doubles what goes through it."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

TIMEOUT = 15


class Fate:
    """What becomes of a request."""

    PASSES = "passes"
    LOST = "lost"
    """The connection ends, and nothing went on."""
    CUT = "cut"
    """A part of its head goes on."""
    ANSWER_LOST = "answer lost"
    ANSWER_CUT = "answer cut"
    HELD_UP = "held up"
    """It goes on a second late, and so does its answer."""
    OVERTAKEN = "overtaken"
    """The connection ends, and the request goes on all the same a second later."""
    DOUBLED = "doubled"
    """It goes on twice, at once."""
    DOUBLED_LATER = "doubled later"


class BadLine:
    """A proxy before one server, while its `with` block runs. `fates` are how often each comes."""

    def __init__(self, target: str, fates: Mapping[str, int], *, seed: int) -> None:
        self._target = (urlsplit(target).hostname, urlsplit(target).port)
        self._fates = fates
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._under_way: set[threading.Thread] = set()
        self.seen: Counter[str] = Counter()
        """How often each fate came."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @contextmanager
    def __call__(self) -> Iterator[BadLine]:
        acceptor = threading.Thread(target=self._accept, daemon=True)
        acceptor.start()
        yield self
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.settle()

    def settle(self) -> None:
        """Until everything that is still on its way has arrived."""
        for thread in list(self._under_way):
            thread.join(TIMEOUT)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._carry, args=[near], daemon=True)
            self._under_way.add(thread)
            thread.start()

    def _carry(self, near: socket.socket) -> None:
        with near, contextlib.suppress(OSError):
            near.settimeout(TIMEOUT)
            request = read_request(near)
            with self._lock:
                fate = self._random.choices([*self._fates], [*self._fates.values()])[0]
                self.seen[fate] += 1
            self._decide(fate, near, request)
        self._under_way.discard(threading.current_thread())

    def _decide(self, fate: str, near: socket.socket, request: bytes) -> None:
        if fate == Fate.LOST:
            return
        if fate == Fate.CUT:
            self._forward(request[: request.index(b"\r\n\r\n") // 2], wait=False)
            return
        if fate == Fate.OVERTAKEN:
            near.close()
        if fate in (Fate.HELD_UP, Fate.OVERTAKEN):
            time.sleep(1)
        if fate == Fate.DOUBLED:
            copy = threading.Thread(target=self._forward, args=[request], daemon=True)
            self._under_way.add(copy)
            copy.start()
        answer = self._forward(request)
        if fate == Fate.DOUBLED_LATER:
            self._forward(request)
        if fate == Fate.ANSWER_CUT:
            answer = answer[: len(answer) // 2]
        if fate not in (Fate.ANSWER_LOST, Fate.OVERTAKEN):
            near.sendall(answer)

    def _forward(self, request: bytes, *, wait: bool = True) -> bytes:
        with contextlib.suppress(OSError), socket.create_connection(self._target, TIMEOUT) as far:
            far.settimeout(TIMEOUT)
            far.sendall(request)
            return b"".join(iter(lambda: far.recv(65536), b"")) if wait else b""
        return b""


def read_request(near: socket.socket) -> bytes:
    """The whole request; it asks for an answer that ends with the connection."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += _more(near)
    head, _, body = read.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    lengths = [int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")]
    while len(body) < sum(lengths):
        body += _more(near)
    return b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body


def _more(near: socket.socket) -> bytes:
    piece = near.recv(65536)
    if not piece:
        raise OSError("The other side is gone.")
    return piece
