"""Recordings in an S3-compatible store are sent in parts, too, and only the part is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse
from moto.server import ThreadedMotoServer

from config import storages as config
from telephony.models import Listening, Recording
from tests.listening.world import make_call, make_person, store

DATA = bytes(range(256)) * 4000


@pytest.fixture
def bucket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadedMotoServer]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", **keys)
    client.create_bucket(Bucket="recordings")
    client.close()
    monkeypatch.setenv("RECORDINGS_S3_BUCKET", "recordings")
    monkeypatch.setenv("RECORDINGS_S3_ENDPOINT", f"http://{host}:{port}")
    monkeypatch.setenv("RECORDINGS_S3_ACCESS_KEY", "key")
    monkeypatch.setenv("RECORDINGS_S3_SECRET_KEY", "secret")
    settings.STORAGES = {**settings.STORAGES, "recordings": config.read_recordings_storage(settings.VAR_DIR)}
    yield server
    server.stop()


@pytest.fixture
def recording(bucket: ThreadedMotoServer, db: None) -> Recording:
    return store(make_call(), DATA)


@pytest.fixture
def boss(db: None) -> Client:
    client = Client()
    client.force_login(make_person("boss", "Administrator"))
    return client


def body(answer: Any) -> bytes:
    found = b"".join(answer.streaming_content)
    answer.close()
    return found


def test_a_part_is_all_that_is_brought(recording: Recording, boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    storage: Any = storages["recordings"]
    asked: list[str] = []
    storage.connection.meta.client.meta.events.register(
        "before-sign.s3.GetObject", lambda request, **_: asked.append(request.headers["Range"])
    )
    url = reverse("telephony:recording-audio", args=[recording.pk])
    part = boss.get(url, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.headers["Content-Range"]) == (206, f"bytes 1000-1999/{len(DATA)}")
    assert body(part) == DATA[1000:2000]
    assert [bytes(text) if isinstance(text, bytes) else text for text in asked] == ["bytes=1000-1999"]
    assert body(boss.get(url)) == DATA
    assert boss.get(url, headers={"Range": f"bytes={len(DATA)}-"}).status_code == 416
    assert Listening.objects.count() == 2


def test_a_store_that_is_away_is_said_to_be(bucket: ThreadedMotoServer, recording: Recording, boss: Client) -> None:
    url = reverse("telephony:recording-audio", args=[recording.pk])
    Recording.objects.update(file="gone.mp3")
    gone = boss.get(url)
    assert (gone.status_code in (404, 503), "file" in gone.text) == (True, True)
    bucket.stop()
    away = boss.get(url)
    assert (away.status_code, "Try again later" in away.text) == (503, True)
    assert not Listening.objects.exists()
