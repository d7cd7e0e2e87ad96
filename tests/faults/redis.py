"""A Redis of the test's own, which can be killed, hung and emptied."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress

import pytest
import redis

from tests.servers import free_port


class Redis:
    """As a broker and cache; it keeps nothing on a disk."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("redis-server is not on this machine.")
        self.port = free_port()
        self._command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, cwd="/", stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 15
        while True:
            with suppress(redis.ConnectionError), redis.Redis(port=self.port) as client:
                client.ping()
                return
            assert time.monotonic() < deadline, "Redis did not start."
            time.sleep(0.05)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def hang(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def flush(self) -> None:
        with redis.Redis(port=self.port) as client:
            client.flushall()
