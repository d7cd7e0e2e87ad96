"""Workers are killed with SIGKILL again and again while they fetch recordings, and the broker is emptied in between."""

from __future__ import annotations

import hashlib
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from telephony.simulator.player import Player, play
from telephony.simulator.report import Report
from telephony.simulator.server import ApiServer
from tests.load.judged import Query, querying
from tests.load.pbxs import VENDORS, Broker, Pbxs
from tests.load.workers import Program, celery, kill, processes_with, wait_for
from tests.rounds import rounds
from tests.servers import Server

log = logging.getLogger(__name__)
pytestmark = [pytest.mark.proof, pytest.mark.postgresql]

CALLS, KILLS = rounds(32, full=500), rounds(5, full=100)
WORKERS, STORED_BETWEEN_KILLS = 2, 3
WHOLE_WORKERS_EVERY = rounds(4, full=12)
"""Most kills hit one process of a worker's pool; some hit the worker itself, or beat."""
SWEEPS = """
import time
from config.celery import app
while True:
    try:
        app.send_task("telephony.fetch_recordings", expires=5)
    except Exception:
        pass
    time.sleep(0.5)
"""
"""As beat does every 5 seconds: only so often do the kills find somebody at work, and not an idle process."""
PATIENCE = 400
ADD_RECORDING = """
from telephony.models import Connection
from tests.recordings.world import make_recording
make_recording(Connection.objects.get(vendor="wirecrm"), link="{link}")
"""
STORED = """
SELECT connection.vendor, call.external_id, recording.file, recording.playable, recording.sha256, recording.size
FROM telephony_recording recording JOIN telephony_call call ON recording.call_id = call.id
JOIN telephony_connection connection ON call.connection_id = connection.id
"""


@pytest.fixture
def server(postgresql_database: str, make_server: Callable[..., Server]) -> Server:
    return make_server(database_url=postgresql_database, threads=4)


@pytest.fixture
def broker(server: Server) -> Iterator[Broker]:
    broker = Broker(Path(server.environment["VAR_DIR"]))
    server.environment["CELERY_BROKER_URL"] = broker.url
    yield broker
    broker.empty()


@pytest.fixture
def programs(server: Server, broker: Broker, tmp_path: Path) -> Iterator[list[Program]]:
    """Beat, then the workers; not started."""
    pool = ("--pool", "prefork", "--concurrency", "1")
    workers = [celery("worker", *pool, "--hostname", f"worker{number}@%h") for number in range(WORKERS)]
    programs = [
        Program(server.environment, tmp_path / f"{number}.log", *arguments)
        for number, arguments in enumerate([celery("beat"), *workers])
    ]
    yield programs
    for program in programs:
        program.stop()


def wait_for_progress(place: Path) -> None:
    """Until a few more files are there, so that kills are spread over the work however fast the machine is."""

    def stored() -> int:
        return sum(1 for path in place.glob("[0-9]*/*/*/*-*.*") if ".play." not in path.name)

    enough, patience = stored() + STORED_BETWEEN_KILLS, time.monotonic() + 3
    while stored() < enough and time.monotonic() < patience:
        time.sleep(0.05)


def kill_again_and_again(programs: list[Program], broker: Broker, place: Path) -> Counter[str]:
    """SIGKILL, `KILLS` times; halfway the broker is emptied."""
    chance = random.Random(7)
    kills: Counter[str] = Counter()
    deadline = time.monotonic() + PATIENCE
    while kills.total() < KILLS:
        assert time.monotonic() < deadline, f"{kills} {programs[1].log()[-3000:]}"
        wait_for_progress(place)
        time.sleep(chance.uniform(0, 0.2))
        for program in programs:
            program.keep_running()  # A worker whose pool is killed while it starts gives up.
        if kills.total() == KILLS // 2:
            broker.empty()
        program = chance.choice(programs)
        if kills.total() % WHOLE_WORKERS_EVERY == 0:
            program.kill()
            kills["whole"] += 1
        elif at_work := [pid for one in programs[1:] for pid in one.at_work()]:
            kills["pool"] += kill(chance.choice(at_work))
    return kills


def test_kills_lose_no_recording_and_leave_no_half_one(
    server: Server, broker: Broker, programs: list[Program], tmp_path: Path
) -> None:
    query, place = querying(server), Path(server.environment["VAR_DIR"]) / "recordings"
    sweeps = Program(server.environment, tmp_path / "sweeps.log", "-c", SWEEPS)
    server.start()
    begun = time.monotonic()
    with ApiServer({}) as api:
        pbxs = Pbxs(api, server)
        with Player(report=Report(write=print, quiet=True), speed=0, concurrency=4, on_played=pbxs.note) as player:
            play(player, pbxs.targets, rate=0, count=CALLS)
            for program in (*programs, sweeps):
                program.start()
            try:
                kills = kill_again_and_again(programs, broker, place)
            finally:
                sweeps.stop()
            player.wait()
        killed = time.monotonic()
        done = f"SELECT count(*) = {CALLS} FROM telephony_recording WHERE state = 'stored'"
        for program in programs:
            program.keep_running()
        wait_for(
            lambda: query(done) == [(True,)], seconds=PATIENCE, what=f"{states(query)} {programs[1].log()[-3000:]}"
        )
    log.info(
        "%s",
        f"{dict(kills)} kills in {killed - begun:.0f} s, all stored {time.monotonic() - killed:.0f} s after the last",
    )
    judge(query, place, pbxs)
    for program in programs:
        program.stop()
    assert not processes_with(server.environment["VAR_DIR"])


def states(query: Query) -> list[tuple[object, ...]]:
    return query("SELECT state, reason, max(detail), count(*), sum(attempts) FROM telephony_recording GROUP BY 1, 2")


def judge(query: Query, place: Path, pbxs: Pbxs) -> None:
    """Every recording is there once, whole, and as it was served."""
    [(tries,)] = query("SELECT sum(attempts) FROM telephony_recording")
    log.info("%s", f"{tries - CALLS} of {tries} tries came to nothing: {states(query)}")
    assert tries >= CALLS + KILLS // 2  # They were killed while they worked.
    rows = query(STORED)
    assert {(vendor, call): sha256 for vendor, call, _, _, sha256, _ in rows} == pbxs.served
    names = []
    for *_, name, playable, sha256, size in rows:
        content = (place / name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (sha256, size)
        names += [name, playable] if playable else [name]
    files = [path for path in place.rglob("*") if path.is_file()]
    assert sorted(str(path.relative_to(place)) for path in files if ".work" not in path.parts) == sorted(names)
    assert len(names) == CALLS + CALLS // len(VENDORS)  # Of XVB's also what browsers play.
    wait_for(lambda: not list((place / ".work").iterdir()), seconds=30, what="Half files are left.")


def test_what_a_killed_worker_had_is_taken_over_within_15_seconds_of_its_lease(
    server: Server, broker: Broker, programs: list[Program]
) -> None:
    """With beat's own sweeps, and the worker back at once, as any supervisor does it."""
    query = querying(server)
    begun = "SELECT lease, next_try_at FROM telephony_recording WHERE state = 'fetching'"
    with ApiServer({}, slow_seconds=60) as api:
        Pbxs(api, server)
        link = f"{api.url}/wirecrm/records/abc-30.mp3?fault=slow"
        server.manage("shell", "-v0", "-c", ADD_RECORDING.format(link=link))
        for program in programs[:2]:
            program.start()
        wait_for(lambda: bool(query(begun)), seconds=30, what=programs[1].log)
        [(lease, _)] = query(begun)
        for pid in programs[1].at_work():
            kill(pid)
        programs[1].kill()
        [(_, ran_out)] = query(begun)
        programs[1].start()
        wait_for(lambda: query(begun)[0][0] != lease, seconds=60, what=programs[1].log)
        waited = (datetime.now(UTC) - ran_out).total_seconds()
    log.info("%s", f"taken over {waited:.1f} s after its lease had run out")
    assert 0 <= waited <= 15
