"""SayName with 1,000 and with 1,000,000 numbers in PostgreSQL; against a bare view; and where its time goes.

    python -m tests.benchmarks.sayname [--requests 2000] [--seconds 4]

Needs PostgreSQL (TEST_POSTGRESQL_URL). Fails if the ratio of the medians is 1.2 or more. The two sizes are asked in
turns, so that whatever else the machine does slows both.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from tests import processes
from tests.figures import figure
from tests.load import machine
from tests.servers import ROOT, Server
from tests.soap.messages import PASSWORD, USER, authorization, envelope

POSTGRESQL = os.environ.get("TEST_POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres")
SIZES = (1_000, 1_000_000)
MOST_RATIO = 1.2
CALLERS = 4

FILL = """
from django.db import connection
from crm.models import Company, Contact, ContactPhone
from tests.benchmarks.lists_sql import Filler
with connection.cursor() as cursor:
    rows, numbered = Filler(cursor), "(SELECT id, 9000000000 + id AS n FROM crm_contact) numbered"
    rows.insert(Company, "generate_series(1, {size} / 10) n", name="'Company ' || n")
    of_company = "1 + n %% ({size} / 10)"
    rows.insert(Contact, "generate_series(1, {size}) n", name="'Contact ' || n", company_id=of_company)
    rows.insert(ContactPhone, numbered, contact_id="id", raw="'8' || n", e164="'+7' || n", last10="n::text")
    cursor.execute("ANALYZE")
"""


class Caller:
    """Sends requests over one connection that stays open."""

    def __init__(self, port: int) -> None:
        self._connection = socket.create_connection(("127.0.0.1", port))
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> bytes:
        """The body of the answer, which must be a 200."""
        self._connection.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._connection.recv(65536)
        head, _, body = received.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), received
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        while len(body) < length:
            body += self._connection.recv(65536)
        return body


def question(size: int) -> bytes:
    """Asks about one of the numbers, at random."""
    body = envelope("SayName", "http://test", number=f"8{9000000000 + random.randint(1, size)}").encode()
    head = f"Authorization: {authorization()}\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n"
    return f"POST /telephony/ws/VATS HTTP/1.1\r\nHost: localhost\r\n{head}\r\n".encode() + body


BARE = b"GET /bare/ HTTP/1.1\r\nHost: localhost\r\n\r\n"


@contextmanager
def server_with(size: int) -> Iterator[Server]:
    """A server on a database of its own with that many numbers."""
    name = f"telephony_benchmark_{secrets.token_hex(4)}"
    url = POSTGRESQL.rpartition("/")[0] + "/" + name
    with psycopg.connect(POSTGRESQL, autocommit=True) as admin, tempfile.TemporaryDirectory() as folder:
        admin.execute(f'CREATE DATABASE "{name}"')
        server = Server(var_dir=Path(folder), database_url=url, threads=2)
        server.environment["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
        try:
            server.manage("migrate", "-v0")
            login = ("--set", f"soap_user={USER}", "--set", f"soap_password={PASSWORD}")
            server.manage("connection", "add", "mobilon", "--name", "x", "--timezone", "Europe/Moscow", *login)
            server.manage("shell", "-v0", "-c", FILL.format(size=size))
            server.start()
            yield server
        finally:
            server.stop()
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def latencies(servers: dict[int, Server], count: int) -> dict[int, list[float]]:
    """Seconds of each request by size, one caller, in turns."""
    callers = {size: Caller(server.port) for size, server in servers.items()}
    taken: dict[int, list[float]] = {size: [] for size in servers}
    for turn in range(count + 200):
        for size, caller in callers.items():
            request = question(size)
            begun = time.perf_counter()
            body = caller.send(request)
            if turn >= 200:  # The first ones fill caches.
                taken[size].append(time.perf_counter() - begun)
            assert b"Contact" in body, body
    return taken


def requests_per_second(port: int, make: Callable[[], bytes], seconds: float) -> float:
    """Of several callers at once."""
    counts = [0] * CALLERS
    end = time.monotonic() + seconds

    def call(index: int) -> None:
        caller = Caller(port)
        while time.monotonic() < end:
            caller.send(make())
            counts[index] += 1

    threads = [threading.Thread(target=call, args=(index,)) for index in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def cpu_seconds(server: Server) -> float:
    """What the server's processes have used so far."""
    return sum(processes.cpu_seconds(int(entry.name)) for entry in machine.processes(server))


def throughput(server: Server, size: int, seconds: float) -> None:
    for name, make in (("bare view", lambda: BARE), ("SayName", lambda: question(size))):
        before = cpu_seconds(server)
        rate = requests_per_second(server.port, make, seconds)
        cpu = (cpu_seconds(server) - before) / (rate * seconds)
        print(f"{name:>10}: {rate:6.0f} requests/s, {cpu * 1000:.2f} ms of CPU each ({CALLERS} callers)")


def breakdown(server: Server) -> None:
    """Medians of the parts, measured in a process of its own on the large database."""
    command = [sys.executable, "-m", "tests.benchmarks.sayname_parts", str(max(SIZES))]
    done = subprocess.run(command, cwd=ROOT, env=server.environment, capture_output=True, text=True, check=True)
    for name, milliseconds in json.loads(done.stdout).items():
        print(f"{name:>28}: {milliseconds:.3f} ms")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--requests", type=int, default=2000)
    options.add_argument("--seconds", type=float, default=4)
    chosen = options.parse_args()
    with ExitStack() as stack:
        servers = {size: stack.enter_context(server_with(size)) for size in SIZES}
        medians = {}
        for size, taken in latencies(servers, chosen.requests).items():
            medians[size] = statistics.median(taken)
            slow = statistics.quantiles(taken, n=100)[98]
            print(f"{size:>9,} numbers: median {medians[size] * 1000:.2f} ms, p99 {slow * 1000:.2f} ms")
        ratio = medians[SIZES[1]] / medians[SIZES[0]]
        print(f"ratio of the medians: {ratio:.3f}")
        figure("sayname", "median with 1,000,000 numbers", medians[SIZES[1]] * 1000, unit="ms")
        figure("sayname", "median by that with 1,000 numbers", ratio, goal=f"under {MOST_RATIO}")
        throughput(servers[SIZES[1]], SIZES[1], chosen.seconds)
        breakdown(servers[SIZES[1]])
    if ratio >= MOST_RATIO:
        sys.exit(f"The ratio is {ratio:.3f}; it has to be under {MOST_RATIO}.")


if __name__ == "__main__":
    main()
