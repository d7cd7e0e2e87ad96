"""XML that bites, sent with the right credentials to a real server: nothing read, nobody called, no time, no memory."""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPResponse
from pathlib import Path

import pytest

from tests.load.machine import forget_peak, memory, processes
from tests.servers import Server
from tests.soap.attacks import Attack, attacks
from tests.soap.messages import authorization

pytestmark = pytest.mark.proof
MOST_SECONDS = 1.0
"""What bites takes many seconds. How fast the answers are, tests/benchmarks/xml_attacks.py measures."""
MOST_BYTES = 20 * 1024 * 1024
REPEATS = 3
SECRET = "the-content-of-a-secret-file"
NAMES = list(attacks("/x", "x"))


@pytest.fixture(scope="module")
def secret_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("secret") / "file"
    file.write_text(SECRET)
    os.utime(file, (1, file.stat().st_mtime))
    return file


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    """Waits for anybody to connect."""
    with socket.create_server(("127.0.0.1", 0)) as waiting:
        waiting.setblocking(False)
        yield waiting


def send(server: Server, attack: Attack) -> tuple[int, str, float]:
    """Status, body, and seconds until the whole answer was there."""
    headers = {
        "Host": f"127.0.0.1:{server.port}",
        "Authorization": authorization(),
        "Content-Type": attack.content_type,
        "Content-Encoding": attack.encoding,
        "Content-Length": str(len(attack.body)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
    request = f"POST /telephony/ws/VATS HTTP/1.1\r\n{head}\r\n".encode() + attack.body
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        begun = time.monotonic()
        # The answer to what is too large comes before all of it is sent.
        sending = threading.Thread(target=_send_all, args=(connection, request))
        sending.start()
        response = HTTPResponse(connection, method="POST")
        response.begin()
        content = response.read().decode()
        took = time.monotonic() - begun
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        sending.join()
    return response.status, content, took


def _send_all(connection: socket.socket, data: bytes) -> None:
    with suppress(OSError):
        connection.sendall(data)


@pytest.mark.parametrize("name", NAMES)
def test_it_does_not_bite(soap_server: Server, secret_file: Path, listener: socket.socket, name: str) -> None:
    attack = attacks(str(secret_file), "{}:{}".format(*listener.getsockname()))[name]
    of_server = processes(soap_server)
    assert of_server
    before = {}
    for process in of_server:
        forget_peak(process)
        before[process] = memory(process, "VmRSS")
    for _ in range(REPEATS):
        status, content, took = send(soap_server, attack)
        assert took < MOST_SECONDS
        if attack.fault:
            assert (status in (400, 413), attack.fault in content) == (True, True), content
        else:
            assert (status, ">1<" in content) == (200, True), content
        assert SECRET not in content
        assert "Traceback" not in content
    grown = sum(memory(process, "VmHWM") - before[process] for process in of_server)
    assert grown < MOST_BYTES
    assert secret_file.stat().st_atime == 1
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_all_of_them_are_in_the_inbox_with_their_reason(soap_server: Server) -> None:
    """Also shows that no attack was answered by something before our code."""
    attack = attacks("/x", "127.0.0.1:1")["billion laughs"]
    database = Path(soap_server.environment["VAR_DIR"]) / "db.sqlite3"
    with sqlite3.connect(database) as inbox:
        count = "SELECT count(*) FROM telephony_delivery WHERE state = 'failed' AND error LIKE '%DTD%'"
        before = inbox.execute(count).fetchone()[0]
        send(soap_server, attack)
        assert inbox.execute(count).fetchone()[0] == before + 1
