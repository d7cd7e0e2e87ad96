"""Where recordings lie: whole or not at all, in a folder or in an S3-compatible store; and what is left over."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from config import storages as config
from telephony.checks import recordings_have_a_place
from telephony.recordings.fetching import files
from telephony.recordings.storage import WholeFileStorage, WorkFile, open_private, work_dir
from tests.recordings.world import (
    MP3_PATH,
    content_of,
    make_connection,
    make_recording,
    nothing_left_behind,
    stored_files,
    try_once,
)
from tests.simulator.api import Api


@pytest.fixture
def storage(tmp_path: Path) -> WholeFileStorage:
    return WholeFileStorage(location=str(tmp_path / "place"))


def test_a_finished_file_is_taken_away_from_the_work_folder(storage: WholeFileStorage) -> None:
    storage.work_dir.mkdir(parents=True)
    finished = storage.work_dir / "original"
    finished.write_bytes(b"whole")
    with WorkFile(finished) as content:
        assert storage.save("7/2026/03/1.mp3", content) == "7/2026/03/1.mp3"
    assert not finished.exists()
    assert Path(storage.path("7/2026/03/1.mp3")).read_bytes() == b"whole"
    assert modes(Path(storage.location)) == {"7": 0o700, "2026": 0o700, "03": 0o700, "1.mp3": 0o600, ".work": 0o755}


def modes(folder: Path) -> dict[str, int]:
    """The permissions of all that is in it."""
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_nobody_else_on_the_machine_reads_a_recording_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        storage = WholeFileStorage(location=str(tmp_path / "place"))
        storage.save("7/2026/1.mp3", ContentFile(b"whole"))
        with open_private(storage.work_dir / "half"):
            pass
    finally:
        os.umask(before)
    assert {mode for mode in modes(tmp_path).values() if mode & 0o077} == set()
    assert modes(tmp_path)["1.mp3"] == 0o600 or umask == 0o777


def test_where_nginx_sends_the_files_its_group_may_read_them(tmp_path: Path) -> None:
    options = config.read_recordings_storage(tmp_path, group_reads=True)["OPTIONS"]
    WholeFileStorage(**options).save("7/1.mp3", ContentFile(b"whole"))
    assert modes(tmp_path) == {"7": 0o750, "1.mp3": 0o640, ".work": 0o700}


@pytest.mark.django_db
def test_what_a_fetch_leaves_is_its_owners_alone(api: Api) -> None:
    make_recording(make_connection("xvb"), link=f"{api.server.url}/xvb/ui/msg_download/120/10019/a-3.g722")
    stored = try_once()
    assert stored.playable.name
    for file in (stored.file, stored.playable):
        assert stat.S_IMODE(os.stat(storages["recordings"].path(str(file))).st_mode) == 0o600


def test_any_other_content_is_copied_and_a_name_is_overwritten(storage: WholeFileStorage, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"second")
    assert storage.save("1.mp3", ContentFile(b"first")) == "1.mp3"
    with WorkFile(elsewhere) as content:
        assert storage.save("1.mp3", content) == "1.mp3"
    assert Path(storage.path("1.mp3")).read_bytes() == b"second"
    assert elsewhere.exists()
    assert sorted(path.name for path in Path(storage.location).iterdir()) == [".work", "1.mp3"]
    assert not list(storage.work_dir.iterdir())


def test_a_copy_that_breaks_off_leaves_what_was_there(storage: WholeFileStorage) -> None:
    storage.save("1.mp3", ContentFile(b"first"))

    class Broken(ContentFile):
        def read(self, *_: object) -> bytes:
            raise OSError("It broke off.")

    with pytest.raises(OSError, match="broke off"):
        storage.save("1.mp3", Broken(b"x"))
    assert Path(storage.path("1.mp3")).read_bytes() == b"first"


def test_the_modes_of_files_and_folders_can_be_set(tmp_path: Path) -> None:
    storage = WholeFileStorage(location=str(tmp_path), file_permissions_mode=0o600, directory_permissions_mode=0o700)
    storage.save("a/1.mp3", ContentFile(b"first"))
    assert stat.S_IMODE(os.stat(storage.path("a/1.mp3")).st_mode) == 0o600


def test_what_killed_workers_left_is_swept_and_what_goes_on_is_not(db: None) -> None:
    recording = make_recording(make_connection(), state="fetching", lease="a" * 32, next_try_at="2100-01-01T00:00Z")
    for name in ("a" * 32, "b" * 32):
        (work_dir() / name).mkdir()
        (work_dir() / name / "original").write_bytes(b"half")
    for name, age in (("old.part", 4000), ("new.part", 0)):
        (work_dir() / name).write_bytes(b"half")
        os.utime(work_dir() / name, (time.time() - age,) * 2)
    files.sweep_work_dir()
    assert sorted(path.name for path in work_dir().iterdir()) == ["a" * 32, "new.part"]
    recording.delete()
    files.sweep_work_dir()
    assert [path.name for path in work_dir().iterdir()] == ["new.part"]


def test_a_storage_that_keeps_what_is_there_gets_no_second_file(settings: Any, tmp_path: Path) -> None:
    plain = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "recordings": plain}
    for content in (b"first", b"second"):
        (tmp_path / "work").write_bytes(content)
        files.put(tmp_path / "work", "1.mp3")
    (tmp_path / "work").unlink()
    assert stored_files() == ["1.mp3"]
    assert content_of("1.mp3") == b"second"


def test_a_project_without_a_place_for_recordings_is_told_at_start(settings: Any) -> None:
    def problems(recordings: dict[str, Any] | None) -> list[str | None]:
        others = {name: one for name, one in settings.STORAGES.items() if name != "recordings"}
        settings.STORAGES = others | ({"recordings": recordings} if recordings else {})
        return [problem.id for problem in recordings_have_a_place()]

    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.TELEPHONY_RECORDINGS_WORK_DIR = None
    assert problems(None) == ["telephony.E007"]
    assert problems({"BACKEND": "no.such.Storage"}) == ["telephony.E008"]
    assert problems(memory) == ["telephony.E009"]
    settings.TELEPHONY_RECORDINGS_WORK_DIR = "/srv/work"
    assert problems(memory) == []


# S3


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An S3-compatible store with the bucket `calls`, named in the environment."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    values = {"BUCKET": "calls", "ENDPOINT": url, "ACCESS_KEY": "id", "SECRET_KEY": "secret"}
    for name, value in values.items():
        monkeypatch.setenv(f"RECORDINGS_S3_{name}", value)
    client(url).create_bucket(Bucket="calls")
    yield url
    server.stop()


def client(url: str) -> Any:
    return boto3.client(
        "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="id", aws_secret_access_key="secret"
    )


@pytest.mark.django_db
def test_recordings_are_stored_in_s3(api: Api, s3: str, settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = {**settings.STORAGES, "recordings": config.read_recordings_storage(tmp_path)}
    settings.TELEPHONY_RECORDINGS_WORK_DIR = tmp_path / "work"
    make_recording(make_connection(), link=api.server.url + MP3_PATH)
    stored = try_once()
    assert (stored.state, stored.detail) == ("stored", "")
    objects = client(s3).list_objects_v2(Bucket="calls")["Contents"]
    assert [one["Key"] for one in objects] == [stored.file.name]
    assert content_of(str(stored.file)) == api.ask("GET", MP3_PATH).body
    files.put(_written(tmp_path / "again", b"second"), str(stored.file))
    assert client(s3).get_object(Bucket="calls", Key=stored.file.name)["Body"].read() == b"second"
    storages["recordings"].delete(str(stored.file))
    assert "Contents" not in client(s3).list_objects_v2(Bucket="calls")
    assert nothing_left_behind()


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.django_db
def test_a_store_that_is_away_is_our_fault_and_nothing_is_lost(
    api: Api, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    monkeypatch.setenv("RECORDINGS_S3_BUCKET", "calls")
    monkeypatch.setenv("RECORDINGS_S3_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("RECORDINGS_S3_ACCESS_KEY", "id")
    monkeypatch.setenv("RECORDINGS_S3_SECRET_KEY", "CANARY")
    settings.STORAGES = {**settings.STORAGES, "recordings": config.read_recordings_storage(tmp_path)}
    settings.TELEPHONY_RECORDINGS_WORK_DIR = tmp_path / "work"
    make_recording(make_connection(), link=api.server.url + MP3_PATH)
    row = try_once()
    assert (row.state, row.reason) == ("waiting", "storage")
    assert "CANARY" not in row.detail
