"""A PBX's answer while all the rest is busy: README's servers and workers, and all who may hold them up, at once.

    .venv/bin/python -m tests.benchmarks.meanwhile [--full]

200 messages to a slow receiver wait, twelve clicks hang, two exports run, and hundreds of streams are open.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.benchmarks.cost import POSTGRESQL_URL, fresh_database
from tests.desk.streams import ADD_PEOPLE, Streams
from tests.figures import figure
from tests.load.clicks import EACH_CLICKS, HANG, HANGING, HANGING_NOW, Page, hanging_pbx, ready
from tests.load.exporting import BEING_WRITTEN, copy_the_call, order_export
from tests.load.judged import Query, querying
from tests.load.machine import Watch
from tests.load.strangers import Stranger
from tests.load.test_starvation import FILL, MESSAGES, SLOW_SECONDS, SUBSCRIBE
from tests.load.traffic import Answer, Line, Request, call_of_12_events, post_all
from tests.load.workers import Program, wait_for
from tests.servers import ROOT, Server

PER_SECOND = 10
ROWS = 100_000
CLICKS_EVERY = 4.0
LONGEST = 0.25
OF_OTHERS = 0.25
"""If others use more of the machine, how long somebody waited says nothing of us."""
NOT_TOLD = "SELECT count(*) FROM telephony_notice WHERE state IN ('waiting', 'sending')"
BARE = Request(method="POST", query=b"", body=b"x" * 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """README's production on one database: a server for PBXs, one for pages, one for streams, and its workers."""

    pbxs: Server
    pages: Server
    desks: Server
    workers: list[Program]

    @property
    def groups(self) -> list[int]:
        servers = [server._process for server in (self.pbxs, self.pages, self.desks)]
        return [process.pid for process in servers if process] + [
            group for one in self.workers for group in one._groups
        ]


@contextmanager
def house(database_url: str, folder: Path) -> Iterator[House]:
    """Not started. The PBXs' server has a bare view as well, to see what the machine itself takes."""
    made = {"var_dir": folder / "var", "database_url": database_url}
    pbxs, pages = (Server(workers=2, threads=4, **made) for _ in range(2))  # type: ignore[arg-type]
    desks = Server(asgi=True, **made)  # type: ignore[arg-type]
    pbxs.environment["CELERY_BROKER_URL"] = "filesystem://"
    plain = dict(pbxs.environment)
    pbxs.environment["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
    for server in (pages, desks):
        server.environment |= {"CELERY_BROKER_URL": "filesystem://", "TELEPHONY_DIALS_PER_MINUTE": "1000"}
    workers = [
        Program(plain, folder / f"worker{number}.log", "-m", "celery", *command)
        for number, command in enumerate(_workers_of_readme())
    ]
    try:
        yield House(pbxs=pbxs, pages=pages, desks=desks, workers=workers)
    finally:
        for server in (pbxs, pages, desks):
            server.kill()
        for worker in workers:
            if worker._process is not None:
                worker.kill()
                worker.stop()


def _workers_of_readme() -> list[list[str]]:
    """Of the large installation: those that share the queues."""
    lines = (ROOT / "README.md").read_text().splitlines()
    commands = [line.partition("celery ")[2] for line in lines if "config.celery worker" in line and "--queues" in line]
    assert len(commands) > 1
    return [shlex.split(command) for command in commands]


def measure(house: House, database_url: str, *, streams: int, calls: int) -> int:
    """Prints the waits; 1 if they are too long, and it was not others who took the machine."""
    phones = [(user, "wirecrm", str(200 + place)) for place, user in enumerate(HANGING)]
    with ExitStack() as stack:
        pbx = stack.enter_context(hanging_pbx())
        slow = stack.enter_context(Stranger(SLOW_SECONDS))
        playing = stack.enter_context(ready(house.pbxs, phones))
        path = playing.targets["sipuni"].url.removeprefix(house.pbxs.url)
        script = HANG.format(address=pbx) + "\n" + FILL + SUBSCRIBE.format(receivers=[("slow", slow.url, MESSAGES)])
        script += ADD_PEOPLE.format(count=streams)
        sessions = json.loads(house.pbxs.manage("shell", "-v0", "-c", script).stdout)
        copy_the_call(database_url, ROWS)
        house.desks.start()
        house.pages.start()
        opened = stack.enter_context(_open_streams(house.desks, sessions))
        pages = [Page(house.pages, user) for user in HANGING]
        for page in pages[:2]:
            order_export(page, house.pages.port)
        for worker in house.workers:
            worker.start()
        query = querying(house.pbxs)
        wait_for(lambda: slow.count > 0 and query(BEING_WRITTEN) == [(2,)], seconds=90, what=_logs(house))
        post_all(house.pbxs, path, call_of_12_events(0), posters=2)
        stack.enter_context(_clicks(pages))
        wait_for(lambda: query(HANGING_NOW)[0][0] >= len(HANGING) * EACH_CLICKS, seconds=20, what="Clicks hang.")
        watch = Watch(house.groups)
        events = [event for number in range(1, calls + 1) for event in call_of_12_events(number)]
        hooks, bare = _post_evenly(house.pbxs, path, events)
        others, ours = watch.taken_by_others(), watch.taken_by_ours()
        _are_still_busy(query)
        assert all(line.is_open for line in opened.lines.values())
    print(
        f"{len(sessions)} streams: a hook's answer {_told(hooks)}; a bare view's {_told(bare)}; "
        f"of the processors we used {ours:.0%}, others {others:.0%}"
    )
    figure("meanwhile", "p99 of a hook's answer", _p99(hooks) * 1000, unit="ms", goal=f"under {LONGEST * 1000:.0f}")
    assert {answer.status for answer in (*hooks, *bare)} == {200}
    return int(_p99(hooks) >= LONGEST and others <= OF_OTHERS)


def _are_still_busy(query: Query) -> None:
    assert query(BEING_WRITTEN) == [(2,)], "The exports were over before the hooks."
    assert query(NOT_TOLD)[0][0] > MESSAGES / 2
    assert query(HANGING_NOW)[0][0] > 0


def _p99(answers: Sequence[Answer]) -> float:
    return sorted(answer.seconds for answer in answers)[len(answers) * 99 // 100]


def _told(answers: Sequence[Answer]) -> str:
    p50 = sorted(answer.seconds for answer in answers)[len(answers) // 2]
    return f"p50 {p50 * 1000:.0f} ms, p99 {_p99(answers) * 1000:.0f} ms"


def _logs(house: House) -> str:
    return "\n".join(worker.log() for worker in house.workers if worker._log.exists())


@contextmanager
def _open_streams(server: Server, sessions: dict[str, str]) -> Iterator[Streams]:
    """One for each session, read by a thread until the end."""
    streams, done = Streams(server), Event()
    for number, session in sessions.items():
        streams.open(number, session)
        streams.read(0.001)
    streams.read_until(lambda: all("resync" in line.topics() for line in streams.lines.values()), 120)

    def read() -> None:
        while not done.is_set():
            streams.read(0.2)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield streams
    finally:
        done.set()
        reader.join()
        streams.close()


@contextmanager
def _clicks(pages: Sequence[Page]) -> Iterator[None]:
    """Each of these people clicks four times, and again and again: what hung is given up after some seconds."""
    done = Event()

    def click() -> None:
        turn = 0
        while True:
            for page in pages:
                for number in range(EACH_CLICKS):
                    page.order(f"click-{turn:03}-{number:04}", phone=f"+7916{turn:03}{number:04}")
            turn += 1
            if done.wait(CLICKS_EVERY):
                return

    clicking = threading.Thread(target=click)
    clicking.start()
    try:
        yield
    finally:
        done.set()
        clicking.join()


def _post_evenly(server: Server, path: str, requests: list[Request]) -> tuple[list[Answer], list[Answer]]:
    """As a PBX with so many messages a second does, whether or not it was answered in time; the bare view between."""
    begun = time.monotonic()
    plan = [(place / PER_SECOND, path, request) for place, request in enumerate(requests)]
    plan += [((place + 0.5) / PER_SECOND, "/bare/", BARE) for place in range(len(requests))]

    def post(at: float, path: str, request: Request) -> Answer:
        time.sleep(max(0.0, begun + at - time.monotonic()))
        line = Line(server, path)
        try:
            return line.post(request)
        finally:
            line.close()

    with ThreadPoolExecutor(4 * PER_SECOND) as pool:
        sent = [pool.submit(post, *one) for one in sorted(plan, key=lambda one: one[0])]
        answers = [one.result() for one in sent]
    return [answer for answer in answers if answer.request is not BARE], [
        answer for answer in answers if answer.request is BARE
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="a thousand streams, and more calls")
    full = parser.parse_args().full
    with (
        fresh_database(POSTGRESQL_URL) as url,
        tempfile.TemporaryDirectory() as folder,
        house(url, Path(folder)) as made,
    ):
        made.pbxs.manage("migrate", "-v0")
        sys.exit(measure(made, url, streams=1000 if full else 300, calls=50 if full else 12))


if __name__ == "__main__":
    main()
