"""Several at once: each PBX has its share, leases are renewed on the way, and stopping gives back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError

from telephony.jobs import Queue, Run, runs, stop_runs
from telephony.models import Recording
from telephony.recordings import fetching
from telephony.recordings.fetching import fetchers
from telephony.recordings.fetching.attempt import Interrupted
from tests.load.judged import Query, querying
from tests.recordings.world import MP3_PATH, make_connection, make_recording
from tests.servers import Server
from tests.simulator.api import Api

SLOW_SECONDS = 4.0
MAKE = """
from dataclasses import replace
from datetime import timedelta
from telephony.models import Connection
from telephony.jobs import stop_runs
from telephony.recordings.fetching import claiming, fetch_due, fetchers
from tests.recordings.world import make_connection, make_recording
from django.utils import timezone
"""


@pytest.fixture
def slow_api() -> Iterator[Api]:
    api = Api()
    api.server.slow_seconds = SLOW_SECONDS
    with api.server:
        yield api


@pytest.fixture
def run(postgresql_database: str, make_server: Callable[..., Server]) -> Callable[[str], tuple[Any, Query]]:
    """Runs a script in a process on a real database; the script prints JSON."""

    def run(script: str) -> tuple[Any, Query]:
        server = make_server(database_url=postgresql_database)
        done = server.manage("shell", "-v0", "-c", MAKE + script)
        return json.loads(done.stdout.splitlines()[-1]), querying(server)

    return run


@pytest.mark.proof
@pytest.mark.postgresql
def test_a_slow_pbx_holds_up_nobody_but_itself(slow_api: Api, run: Callable[[str], tuple[Any, Query]]) -> None:
    url = slow_api.server.url + MP3_PATH
    done, query = run(f"""
slow, quick = make_connection(name="slow"), make_connection(name="quick")
for number in range(4):
    make_recording(slow, link="{url}?fault=slow&number=%s" % number)
for number in range(6):
    make_recording(quick, link="{url}?number=%s" % number, next_try_at=timezone.now())
print(fetch_due())
""")
    assert done == 10
    stored = query(
        "SELECT telephony_connection.name FROM telephony_recording JOIN telephony_call ON call_id = telephony_call.id "
        "JOIN telephony_connection ON connection_id = telephony_connection.id "
        "WHERE state = 'stored' AND attempts = 1 ORDER BY stored_at"
    )
    assert [name for (name,) in stored] == ["quick"] * 6 + ["slow"] * 4


@pytest.mark.proof
@pytest.mark.postgresql
def test_a_transfer_longer_than_the_lease_is_not_taken_over(
    slow_api: Api, run: Callable[[str], tuple[Any, Query]]
) -> None:
    done, query = run(f"""
claiming.QUEUE, claiming.RENEW_SECONDS = replace(claiming.QUEUE, lease=timedelta(seconds=2)), 0.5
make_recording(make_connection(), link="{slow_api.server.url}{MP3_PATH}?fault=slow")
print(fetch_due())
""")
    assert done == 1
    assert query("SELECT state, attempts FROM telephony_recording") == [("stored", 1)]
    assert len(slow_api.lines) == 1


@pytest.mark.proof
@pytest.mark.postgresql
def test_stopping_gives_back_what_is_on_its_way(slow_api: Api, run: Callable[[str], tuple[Any, Query]]) -> None:
    seconds, query = run(f"""
import threading, time
make_recording(make_connection(), link="{slow_api.server.url}/sipuni/records/a-60.wav?fault=slow")
make_recording(make_connection(), link="{slow_api.server.url}/sipuni/records/b-60.wav?fault=slow")
threading.Timer(1.0, stop_runs).start()
begun = time.monotonic()
fetch_due()
print(time.monotonic() - begun)
""")
    assert seconds < SLOW_SECONDS - 1
    assert query("SELECT state, attempts, lease FROM telephony_recording") == [("waiting", 0, "")] * 2


@pytest.mark.proof
@pytest.mark.postgresql
def test_a_lease_that_was_lost_ends_the_transfer(slow_api: Api, run: Callable[[str], tuple[Any, Query]]) -> None:
    seconds, query = run(f"""
import threading, time
from telephony.models import Recording
claiming.RENEW_SECONDS = 0.5
make_recording(make_connection(), link="{slow_api.server.url}/sipuni/records/a-60.wav?fault=slow")
def take(): Recording.objects.update(lease="another", next_try_at=timezone.now() + timedelta(hours=1))
threading.Timer(1.0, take).start()
begun = time.monotonic()
fetch_due()
print(time.monotonic() - begun)
""")
    assert seconds < SLOW_SECONDS - 1
    assert query("SELECT state, lease FROM telephony_recording") == [("fetching", "another")]


@pytest.mark.django_db
def test_nothing_is_begun_while_the_disk_is_too_full(settings: Any) -> None:
    settings.TELEPHONY_DISK_FLOOR = 10**18
    make_recording(make_connection(), link="1")
    assert fetching.fetch_due() == 0
    row = Recording.objects.get()
    assert (row.state, row.attempts) == ("expected", 0)


@pytest.mark.django_db
def test_without_anything_due_it_is_done_at_once() -> None:
    assert fetching.fetch_due() == 0


@pytest.mark.django_db
def test_nothing_more_is_begun_when_the_disk_gets_full_or_the_process_is_to_end(
    pool: ThreadPoolExecutor, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "_stopping", Event())
    row = make_recording(make_connection(), link="1")
    at_work = fetchers._Fetchers(pool, Run())
    at_work._check(row)
    settings.TELEPHONY_DISK_FLOOR = 10**18
    assert at_work.run() == 0
    settings.TELEPHONY_DISK_FLOOR = 0
    stop_runs()
    assert at_work.run() == 0
    with pytest.raises(Interrupted):
        at_work._check(row)
    assert Recording.objects.get().attempts == 0


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(fetchers.FETCHERS) as pool:
        yield pool


@pytest.mark.django_db
def test_what_is_on_its_way_ends_well_while_the_database_is_away(
    pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_recording(make_connection(), link="1")

    def renew(queue: Queue[Recording], tokens: list[str]) -> set[str]:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(Queue, "renew_tokens", renew)
    monkeypatch.setattr(fetchers, "LOOK_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(fetchers.database, "close", lambda: None)
    monkeypatch.setattr(fetchers, "fetch", lambda recording, check: time.sleep(0.3))
    assert fetchers._Fetchers(pool, Run()).run() == 1
    assert "could not be renewed: OperationalError" in caplog.text


@pytest.mark.django_db
def test_a_row_that_can_not_be_written_is_left_to_its_lease(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    text = "a row's values"

    def fail(*_: object, **__: object) -> None:
        raise OperationalError(text)

    monkeypatch.setattr(fetchers, "fetch", fail)
    monkeypatch.setattr(fetchers.database, "close", lambda: None)
    fetchers._fetch_in_thread(Recording(pk=7), lambda: None)  # type: ignore[arg-type]
    assert "Recording 7: its state could not be written:" in caplog.text
    assert "in fail\n" in caplog.text
    assert "OperationalError" in caplog.text
    assert text not in caplog.text


def test_the_work_folder_is_on_the_storages_disk(own_storage: Path) -> None:
    from telephony.recordings.storage import work_dir

    assert work_dir() == own_storage / ".work"
