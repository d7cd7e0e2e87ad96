"""The simulated PBXs' HTTP server, where the other side does not behave."""

from __future__ import annotations

import socket
import struct
import time

import pytest

from tests.simulator.api import Api


def test_who_hangs_up_leaves_no_traceback(api: Api, capfd: pytest.CaptureFixture[str]) -> None:
    host, _, port = api.server.url.removeprefix("http://").partition(":")
    line = socket.create_connection((host, int(port)))
    line.sendall(b"GET /sipuni/")
    # Closed like this the other side gets a reset, not an end.
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()
    time.sleep(0.3)
    assert "Traceback" not in capfd.readouterr().err
    with socket.create_connection((host, int(port))) as line:
        line.sendall(b"GET /sipuni/none HTTP/1.0\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.")
