"""`manage.py demo` for real: a login page that works, and Ctrl-C that stops everything."""

from __future__ import annotations

import fcntl
import http.cookiejar
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

import pytest

from tests.config.test_processes import _lives
from tests.config.test_start import environment, manage
from tests.databases import ROOT, migrated_sqlite
from tests.rounds import rounds
from tests.servers import free_port

BEFORE_IT = "telephony_call WHERE started_at < datetime('now', '-2 hours')"


def descendants(pid: int) -> list[int]:
    """Every process that this one started, and theirs."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        children.setdefault(int(text.rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
    found = list(children.get(pid, []))
    for child in found:
        found += children.get(child, [])
    return found


class Demo:
    def __init__(self, var_dir: Path, *options: str) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(self.port), *options],
            cwd=ROOT,
            env=environment(var_dir, PYTHONUNBUFFERED="1"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.printed = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed += line
            if "Ctrl-C stops everything" in line:
                return
        raise AssertionError(self.printed)

    def value(self, name: str) -> str:
        found = re.search(rf"{name}\s+(\S+)", self.printed)
        assert found is not None, self.printed
        return found[1]

    def kill(self) -> None:
        """Whatever is left of it."""
        for pid in [self.process.pid, *descendants(self.process.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def make_demo(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    demos: list[Demo] = []

    def make(*options: str) -> Demo:
        demos.append(Demo(tmp_path / "var", *options))
        return demos[-1]

    yield make
    for demo in demos:
        demo.kill()


def sign_in(address: str, username: str, password: str) -> str:
    """The page that a person sees after signing in."""
    cookies = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    page = browser.open(address, timeout=10).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None, page
    fields = {"csrfmiddlewaretoken": token[1], "username": username, "password": password, "next": "/admin/"}
    return str(
        browser.open(f"{address}admin/login/", urllib.parse.urlencode(fields).encode(), timeout=10).read().decode()
    )


def start_with_tables(var_dir: Path) -> None:
    """As `migrate` makes them in an empty folder (test_start.py), which takes as long as all the rest."""
    var_dir.mkdir()
    (var_dir / "db.sqlite3").write_bytes(migrated_sqlite())


def history_waits(var_dir: Path) -> IO[str]:
    """Until this is closed: writing all of its weeks beside what is waited for would cost most of the test."""
    file = (var_dir / "demo-history.lock").open("w")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def count(var_dir: Path, rows: str) -> int:
    with closing(sqlite3.connect(var_dir / "db.sqlite3", timeout=10)) as database:
        return int(database.execute(f"SELECT count(*) FROM {rows}").fetchone()[0])


def wait(what: str, condition: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


@pytest.mark.proof
def test_a_person_can_sign_in_sees_calls_and_stops_it_with_ctrl_c(
    make_demo: Callable[..., Demo], tmp_path: Path
) -> None:
    var_dir = tmp_path / "var"
    if in_short := not rounds(0, full=1):
        start_with_tables(var_dir)
        waiting = history_waits(var_dir)
    demo = make_demo("--busy")
    address = demo.value("runs at")
    assert address == f"http://127.0.0.1:{demo.port}/"
    page = sign_in(address, demo.value("Login"), demo.value("Password"))
    assert "/admin/logout/" in page
    assert "/admin/logout/" not in sign_in(address, demo.value("Login"), "wrong")

    wait("a call", lambda: count(var_dir, "telephony_call") > 0, seconds=30)
    stored = "telephony_recording WHERE state = 'stored'"
    wait("a recording, fetched from the simulated PBXs", lambda: count(var_dir, stored) > 0, seconds=90)
    if in_short:
        waiting.close()
    wait("the history", lambda: count(var_dir, BEFORE_IT) > 0, seconds=60)

    started = descendants(demo.process.pid)
    assert len(started) >= 4  # Web server with its workers, worker, simulated calls.
    begun = time.monotonic()
    demo.process.send_signal(signal.SIGINT)
    rest = demo.process.communicate(timeout=20)[0]
    assert time.monotonic() - begun < 15
    assert "The demo has stopped." in rest
    assert "Traceback" not in demo.printed + rest
    assert demo.process.returncode == 0
    assert [pid for pid in started if _lives(pid)] == []


@pytest.mark.proof
def test_when_a_part_of_it_dies_the_rest_is_stopped_and_it_is_said_which(
    make_demo: Callable[..., Demo], tmp_path: Path
) -> None:
    start_with_tables(tmp_path / "var")
    demo = make_demo("--without-calls")
    started = descendants(demo.process.pid)
    command_lines = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in started}
    worker = next(pid for pid in started if b"celery" in command_lines[pid])
    os.kill(worker, signal.SIGKILL)
    rest = demo.process.communicate(timeout=20)[0]
    assert "The demo's worker process ended by itself; its last lines are above." in rest
    assert demo.process.returncode == 1
    assert [pid for pid in started if _lives(pid)] == []


def test_a_taken_port_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = manage(tmp_path, "demo", "--port", str(port))
    assert done.returncode == 1
    assert f"Port {port} is taken: stop what uses it, or choose another with --port." in done.stderr
    assert not (tmp_path / "db.sqlite3").exists()


def test_a_second_demo_with_the_same_data_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "demo.lock").open("w") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        done = manage(tmp_path, "demo", "--port", str(free_port()))
    assert done.returncode == 1
    assert "Another demo runs with the same data: stop it, or set VAR_DIR to an empty folder" in done.stderr
    assert not (tmp_path / "db.sqlite3").exists()


def test_somebodys_own_database_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "db.sqlite3").write_bytes(migrated_sqlite())
    owner = ("--username", "owner", "--email", "owner@example.ru")
    made = manage(tmp_path, "createsuperuser", "--noinput", *owner, DJANGO_SUPERUSER_PASSWORD="theirs")
    assert made.returncode == 0, made.stderr
    done = manage(tmp_path, "demo", "--port", str(free_port()))
    assert done.returncode == 1
    assert "This database has a user owner that is not the demo's. Set VAR_DIR to an empty folder" in done.stderr
