"""A PostgreSQL of the test's own, which can be stopped, hung, killed, and left without room on its disk."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.load.workers import children_of
from tests.servers import free_port

SETTINGS = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=100", "shared_buffers=32MB")


def binaries() -> Path | None:
    """Where this machine has initdb and its like."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class Cluster:
    """`megabytes`: it lies on a disk of that size, which only root can mount."""

    def __init__(self, *, megabytes: int = 0) -> None:
        place = binaries()
        if place is None:
            pytest.skip("PostgreSQL's initdb is not on this machine.")
        if megabytes and os.geteuid() != 0:
            pytest.skip("Only root can mount a small disk.")
        self._binaries = place
        self.folder = Path(tempfile.mkdtemp(prefix="faults-"))
        self._is_mounted = bool(megabytes)
        if megabytes:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", self.folder], check=True)
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._options: dict[str, int] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root.
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self._options = {"user": owner.pw_uid, "group": owner.pw_gid}
        self._data = self.folder / "data"
        self._run("initdb", "--pgdata", self._data, "--auth", "trust", "--username", "postgres", "--no-sync")
        with (self._data / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in (one.split("=", 1) for one in SETTINGS))
            conf.write(f"port = {self.port}\nmax_wal_size = 64MB\nmin_wal_size = 32MB\n")

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def copy(self, url: str) -> None:
        """All that is in that database: migrating takes many times as long."""
        dump = subprocess.run([self._binaries / "pg_dump", url], stdout=subprocess.PIPE, timeout=60, check=True).stdout
        words = ("--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", self.url)
        done = subprocess.run(
            [self._binaries / "psql", *words], input=dump, capture_output=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr.decode()

    def start(self) -> None:
        """As a child of ours, without pg_ctl: who else would take note of its end? Before that it can't start again."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", self._data], cwd="/", stdout=log, stderr=log, **self._options
            )
        deadline = time.monotonic() + 60
        while True:
            with suppress(psycopg.OperationalError), psycopg.connect(self.url, connect_timeout=2):
                return
            if not self.is_running() or time.monotonic() > deadline:
                raise AssertionError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.05)

    def stop(self) -> None:
        """At once, without a checkpoint."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)

    def hang(self) -> None:
        """SIGSTOP to all of it: its socket takes connections, and nobody answers."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL to all of it. It is over when the last has ended: until then they hold the memory that they share."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)  # It starts no more of them meanwhile.
        pids = self._processes()
        self._signal(signal.SIGKILL)
        deadline = time.monotonic() + 15
        while any(_is_alive(pid) for pid in pids):
            assert time.monotonic() < deadline, "PostgreSQL outlived its SIGKILL."
            time.sleep(0.02)
        if self._process is not None:
            self._process.wait()

    def fill(self) -> None:
        """Nothing more can be written to its disk."""
        path = self.folder / "filling"
        with path.open("wb", buffering=0) as filling, suppress(OSError):
            while filling.write(bytes(65536)) == 65536:
                pass

    def make_room(self) -> None:
        (self.folder / "filling").unlink()

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def remove(self) -> None:
        self.go_on()
        self.stop()
        if self._is_mounted:
            subprocess.run(["umount", "--lazy", self.folder], check=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _signal(self, number: signal.Signals) -> None:
        for pid in self._processes():
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _processes(self) -> list[int]:
        """The postmaster, and those that it started."""
        if self._process is None or self._process.poll() is not None:
            return []
        return [self._process.pid, *children_of(self._process.pid)]

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [self._binaries / program, *arguments]
        with (self.folder / f"{program}.out").open("wb") as output:
            done = subprocess.run(
                command, cwd="/", stdout=output, stderr=subprocess.STDOUT, timeout=90, check=False, **self._options
            )
        assert done.returncode == 0, (self.folder / f"{program}.out").read_text()


def _is_alive(pid: int) -> bool:
    """What has ended, and nobody has asked how, is a zombie: it holds nothing any more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
