"""What is fetched is stored once, whatever happens to the worker, the storage or this application on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from telephony.models import DiscardedFile, Recording
from telephony.recordings.audio import AudioError, Problem
from telephony.recordings.fetching import claiming, files
from telephony.recordings.fetching.attempt import Interrupted, fetch
from telephony.signals import recording_stored
from tests.recordings.world import (
    MP3_PATH,
    make_connection,
    make_recording,
    nothing_left_behind,
    stored_files,
    try_once,
    try_once_again,
)
from tests.simulator.api import Api

pytestmark = pytest.mark.django_db


def test_a_second_fetch_after_a_kill_makes_no_second_file(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the file and the row that says so: the next worker overwrites the file with itself."""
    make_recording(make_connection(), link=api.server.url + MP3_PATH)
    with monkeypatch.context() as killed:
        killed.setattr("telephony.outgoing.notices.tell_of_recording", raise_system_exit)
        with pytest.raises(SystemExit):
            try_once()
    halfway = Recording.objects.get()
    assert (halfway.state, [halfway.file.name]) == ("fetching", stored_files())
    stored = try_once_again()
    assert (stored.state, stored.attempts, [stored.file.name]) == ("stored", 2, stored_files())


def raise_system_exit(**_: object) -> None:
    raise SystemExit


def test_another_content_after_a_kill_leaves_one_file_too(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = make_recording(make_connection("xvb"), link=f"{api.server.url}/xvb/ui/msg_download/120/10019/a-3.g722")
    with monkeypatch.context() as killed:
        killed.setattr("telephony.outgoing.notices.tell_of_recording", raise_system_exit)
        with pytest.raises(SystemExit):
            try_once()
    earlier = stored_files()
    assert len(earlier) == 2
    recording.link = f"{api.server.url}/xvb/ui/msg_download/120/10019/b-4.g722"
    recording.save(update_fields=["link"])
    stored = try_once_again()
    assert sorted(DiscardedFile.objects.values_list("name", flat=True)) == earlier
    assert {stored.file.name, stored.playable.name}.isdisjoint(earlier)


def test_who_lost_the_lease_stores_nothing(api: Api) -> None:
    make_recording(make_connection(), link=api.server.url + MP3_PATH)
    claimed = claiming.claim()
    assert claimed is not None
    Recording.objects.update(lease="another", next_try_at="2026-01-01T00:00Z")
    fetch(claimed, check=lambda: None)
    row = Recording.objects.get()
    assert (row.state, row.lease, stored_files(), nothing_left_behind()) == ("fetching", "another", [], True)


def test_who_lost_the_lease_while_storing_takes_its_file_back(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    make_recording(make_connection(), link=api.server.url + MP3_PATH)
    put = files.put

    def put_late(*arguments: object) -> None:
        Recording.objects.update(lease="another", file="1/another.mp3")
        put(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "put", put_late)
    assert try_once().state == "fetching"
    assert list(DiscardedFile.objects.values_list("name", flat=True)) == stored_files() != []


def test_who_is_interrupted_gives_it_back(api: Api) -> None:
    make_recording(make_connection(), link=api.server.url + MP3_PATH)

    def check() -> None:
        raise Interrupted

    row = try_once(check)
    assert (row.state, row.attempts, row.lease, row.reason) == ("waiting", 0, "", "")
    assert nothing_left_behind()
    assert try_once().state == "stored"


@pytest.mark.parametrize(("floor", "state"), [(10**18, "waiting"), (0, "stored")])
def test_a_disk_that_fills_up_on_the_way_interrupts(
    api: Api, settings: Any, monkeypatch: pytest.MonkeyPatch, floor: int, state: str
) -> None:
    monkeypatch.setattr("telephony.recordings.fetching.downloading.LOOK_AT_DISK_EVERY", 1000)
    settings.TELEPHONY_DISK_FLOOR = floor
    make_recording(make_connection(), link=api.server.url + MP3_PATH)
    row = try_once()
    assert (row.state, row.attempts) == (state, int(state == "stored"))


@pytest.mark.parametrize(
    ("error", "reason", "detail"),
    [
        (OSError(28, "No space left on device"), "storage", "OSError: No space left on device"),
        (RuntimeError("s3 says no to the-token"), "storage", "RuntimeError: s3 says no to [hidden]"),
    ],
)
def test_our_own_fault_never_loses_a_recording(
    api: Api, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str, detail: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("telephony.recordings.fetching.files.put", fail)
    connection = make_connection("wirecrm", settings={"dial_token": "the-token"})
    make_recording(connection, link=api.server.url + MP3_PATH, attempts=40)
    row = try_once()
    assert (row.state, row.reason, row.detail) == ("waiting", reason, detail)


def test_what_the_codecs_give_up_on_is_kept_nevertheless(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(*_: object, **__: object) -> None:
        raise AudioError(Problem.TOO_MUCH_WORK, "The limit of memory was reached.")

    monkeypatch.setattr("telephony.recordings.fetching.attempt.prepare", give_up)
    make_recording(make_connection(), link=api.server.url + MP3_PATH)
    row = try_once()
    assert (row.state, row.reason, row.seconds, row.peaks) == ("stored", "not_prepared", None, [])
    assert stored_files() == [row.file.name]


def test_a_bug_of_ours_never_loses_a_recording(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.recordings.fetching.attempt.judge_content", None)
    make_recording(make_connection(), link=api.server.url + MP3_PATH)
    row = try_once()
    assert (row.state, row.reason, row.detail[:9]) == ("waiting", "internal", "TypeError")


@pytest.fixture
def announced() -> Iterator[list[int]]:
    told: list[int] = []

    def receiver(recording: Recording, **_: object) -> None:
        assert Recording.objects.get(pk=recording.pk).state == "stored"
        told.append(recording.pk)

    recording_stored.connect(receiver)
    yield told
    recording_stored.disconnect(receiver)


@pytest.mark.django_db(transaction=True)
def test_other_apps_are_told_once_it_is_stored(api: Api, announced: list[int]) -> None:
    recording = make_recording(make_connection(), link=api.server.url + MP3_PATH)
    try_once()
    assert announced == [recording.pk]
