"""A canary's ear: what a stream says is heard however long it said nothing before, and a stream that ends is named."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from telephony.canary import listening
from telephony.canary.listening import Ear
from telephony.canary.values import Stuck
from telephony.canary.views import CanaryStream
from telephony.cards.stream import is_still_theirs

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
PATIENCE = 0.3
"""Seconds that a stream has to open."""


@contextmanager
def stream(says: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a stream that says this, once, and ends."""

    def serve() -> None:
        line, _ = listener.accept()
        with line:
            line.recv(65536)
            line.sendall(HEAD + b"event: resync\ndata: {}\n\n")
            says(line)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/live"
        thread.join()


def after_silence(line: socket.socket) -> None:
    """A phone rings for longer than a stream needs to open."""
    time.sleep(2 * PATIENCE)
    line.sendall(b'event: canary\ndata: {"ended": true}\n\n')


def test_what_comes_after_a_long_silence_is_heard() -> None:
    with stream(after_silence) as url, Ear(url, patience=PATIENCE) as ear:
        assert ear.next(time.monotonic() + 10, topic="canary") == {"ended": True}


def test_what_was_said_before_the_end_is_heard_before_it() -> None:
    with stream(after_silence) as url, Ear(url, patience=PATIENCE) as ear:
        assert ear.next(time.monotonic() + 10, topic="canary") == {"ended": True}
        with pytest.raises(Stuck, match="stream_cut"):
            ear.next(time.monotonic() + 10)


def test_a_line_without_even_a_heartbeat_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "SILENT_AFTER", PATIENCE)
    with stream(after_silence) as url, Ear(url, patience=PATIENCE) as ear, pytest.raises(Stuck, match="stream_cut"):
        ear.next(time.monotonic() + 10, topic="canary")


def test_the_stream_has_no_session_that_could_end() -> None:
    async def holds() -> bool:
        return is_still_theirs(CanaryStream(run_id=7))

    assert asyncio.run(holds())
