"""What another PBX waits while one floods: `python -m tests.benchmarks.flood [--rate 2000] [--seconds 20]`.

granian as README starts it for PBXs, PostgreSQL. One connection posts evenly, first alone; then while another's PBX
posts `rate` messages a second, far beyond its quota; then while a stranger tries 10,000 wrong secrets, as fast as they
are refused. On a machine with other work the figures say nothing.
Fails with a p99 of 300 ms or more.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.cost import POSTGRESQL_URL, fresh_database
from tests.figures import figure
from tests.load.judged import add_connection
from tests.servers import Server

NAME = "18.5 a flood"
LINES, EVERY, MOST = 32, 0.05, 0.3
QUIET_LINES = 8
"""One line alone would measure how long the answer before took, too."""
SECRETS = 10_000
BODY = b"event=1&call_id=%d&src_num=79201119613&src_type=1&dst_num=74951234567&dst_type=1&timestamp=1706522400"
Answers = list[tuple[int, float]]
"""Status, and seconds since it was to be sent."""


def request(path: str, number: int) -> bytes:
    body = BODY % number
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _ask(port: int, requests: list[bytes], every: float, until: float, first: float) -> Answers:
    """One after another over one line, each at its time; `every` 0: as soon as the one before is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers: Answers = []
    begun = time.monotonic() + first
    for number, raw in enumerate(requests):
        due = begun + number * every if every else time.monotonic()
        if max(due, time.monotonic()) > until:
            break
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        writer.write(raw)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
        await reader.readexactly(int(length.split(b":")[1]))
        answers.append((int(head.split(b" ")[1]), time.monotonic() - due))
    writer.close()
    return answers


async def _ask_all(port: int, lines: list[list[bytes]], every: float, until: float) -> Answers:
    shares = [place * every / len(lines) for place in range(len(lines))]
    found = await asyncio.gather(
        *(_ask(port, requests, every, until, first) for requests, first in zip(lines, shares, strict=True))
    )
    return [answer for answers in found for answer in answers]


def flood(
    port: int, told: multiprocessing.Queue[Answers], *, paths: list[str], count: int, rate: float, seconds: float
) -> None:
    """In a process of its own: `count` requests over many lines, `rate` a second; 0: as fast as they are answered."""
    lines = [[request(paths[n % len(paths)], n) for n in range(line, count, LINES)] for line in range(LINES)]
    until = time.monotonic() + seconds
    told.put(asyncio.run(_ask_all(port, lines, LINES / rate if rate else 0, until)))


def quiet(port: int, path: str, seconds: float) -> Answers:
    requests = [request(path, 10**6 + number) for number in range(int(seconds / EVERY))]
    lines = [requests[line::QUIET_LINES] for line in range(QUIET_LINES)]
    return asyncio.run(_ask_all(port, lines, EVERY * QUIET_LINES, time.monotonic() + seconds))


def p99(answers: Answers) -> float:
    waits = sorted(seconds for _, seconds in answers)
    return waits[len(waits) * 99 // 100]


def measure(port: int, path: str, what: str, *, seconds: float, **flooding_by: Any) -> float:
    """The other's p99 meanwhile."""
    more = {**flooding_by, "seconds": seconds}
    told: multiprocessing.Queue[Answers] = multiprocessing.Queue()
    flooding = multiprocessing.Process(target=flood, args=(port, told), kwargs=more)
    begun = time.monotonic()
    flooding.start()
    answers = quiet(port, path, seconds)
    sent = told.get()
    flooding.join()
    statuses = {status: sum(one == status for one, _ in sent) for status in sorted({one for one, _ in sent})}
    reached = len(sent) / (time.monotonic() - begun)
    shown = ", ".join(f"{number} x {status}" for status, number in statuses.items())
    figure(NAME, f"{what}: answered to who floods", f"{shown} ({reached:.0f} a second)")
    figure(NAME, f"{what}: the other's errors", sum(status != 200 for status, _ in answers), goal="0")
    figure(NAME, f"{what}: the other's p99", p99(answers) * 1000, unit="ms", goal=f"under {MOST * 1000:.0f}")
    return p99(answers)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--rate", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as var_dir, fresh_database(POSTGRESQL_URL) as url:
        server = Server(var_dir=Path(var_dir), database_url=url, workers=2, threads=4)
        server.manage("migrate", "-v0")
        (_, path), (_, loud) = add_connection(server), add_connection(server)
        wrong = [f"/telephony/hooks/sipuni/{number:032}/" for number in range(SECRETS)]
        server.start()
        try:
            alone = p99(quiet(server.port, path, asked.seconds))
            figure(NAME, "alone: p99", alone * 1000, unit="ms")
            count = int(asked.rate * asked.seconds)
            worst = [
                measure(server.port, path, f"one connection at {asked.rate} a second", paths=[loud], count=count,
                        rate=asked.rate, seconds=asked.seconds),
                measure(server.port, path, "10,000 wrong secrets", paths=wrong, count=SECRETS, rate=0,
                        seconds=asked.seconds),
            ]  # fmt: skip
        finally:
            server.stop()
    return int(max(worst) >= MOST)


if __name__ == "__main__":
    sys.exit(main())
