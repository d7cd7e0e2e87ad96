"""Into a network namespace and out of it: the Asterisk of the tests reaches nothing, and is reached only by a test."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import threading
from collections.abc import Callable

from tests.servers import free_port

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def connect_in(pid: int, port: int) -> socket.socket:
    """A connection to this port of the loopback of that process's network. Raises OSError."""
    return _made_in(pid, lambda: socket.create_connection(("127.0.0.1", port), timeout=5))


def datagrams_in(pid: int, port: int) -> socket.socket:
    """The same for UDP."""

    def make() -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.connect(("127.0.0.1", port))
        return made

    return _made_in(pid, make)


def listening_in(pid: int, port: int) -> socket.socket:
    """A port of UDP there."""

    def make() -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(("127.0.0.1", port))
        return made

    return _made_in(pid, make)


def _made_in(pid: int, make: Callable[[], socket.socket]) -> socket.socket:
    made: list[socket.socket] = []

    def go_in() -> None:
        handle = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
        with contextlib.suppress(OSError):
            if _libc.setns(handle, _CLONE_NEWNET) == 0:
                made.append(make())
        os.close(handle)

    # Only this thread goes into the namespace; a socket stays in it, whoever uses it.
    thread = threading.Thread(target=go_in)
    thread.start()
    thread.join()
    if not made:
        raise ConnectionRefusedError
    made[0].settimeout(None)
    return made[0]


class Line:
    """A port of this machine that leads somewhere else, and can be cut."""

    def __init__(self, connect: Callable[[], socket.socket]) -> None:
        self.port = free_port()
        self._connect = connect
        self._is_cut = False
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Connections break, and new ones end at once."""
        self._is_cut = True
        self._break()

    def mend(self) -> None:
        self._is_cut = False

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._break()

    def _break(self) -> None:
        ends, self._ends = self._ends, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                if self._is_cut:
                    raise ConnectionRefusedError
                far = self._connect()
            except OSError:
                near.close()
                continue
            self._ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while received := source.recv(65536):
            sink.sendall(received)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
