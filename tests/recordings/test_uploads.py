"""Recordings that their PBX sends by itself: asked for, proved, taken, stored; or said to be none."""

from __future__ import annotations

import hashlib
import time
from typing import Any

import pytest
from django.test import Client

from telephony.models import Connection, Delivery, Recording, RecordingUpload
from telephony.models.recording import recordings_storage
from telephony.recordings.fetching.attempt import fetch
from telephony.recordings.fetching.claiming import claim
from telephony.vendors import standard_webhooks as signing
from tests.audio.samples import sample
from tests.dialing.test_fetched import SECRET, poll, tell
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
FILE = "1795808276.7.wav"
STATE = Recording.State


@pytest.fixture
def connection() -> Connection:
    made: Connection = ConnectionFactory.create(vendor="asterisk", settings={"secret": SECRET, "trunks": "trunk"})
    linked = {"Linkedid": "1795808276.7", "Channel": "PJSIP/trunk-01"}
    started = {"Event": "Newchannel", "Uniqueid": "1795808276.7", "CallerIDNum": "79201119613", "Exten": "74951234567"}
    answered = {"Event": "DialEnd", "DestChannel": "PJSIP/101-02", "DialStatus": "ANSWER"}
    recorded = {"Event": "Cdr", "LinkedID": "1795808276.7", "RecordingFile": FILE, "BillableSeconds": "5"}
    tell(made, {**started, **linked}, {**answered, **linked}, recorded)
    return made


def put(connection: Connection, to: str, body: bytes, *, secret: str = SECRET, sha256: str = "") -> Any:
    digest = sha256 or hashlib.sha256(body).hexdigest()
    stamp = str(int(time.time()))
    sign = signing.signature(secret.encode(), f"msg_1.{stamp}.{digest}".encode())
    headers = {signing.MESSAGE_ID: "msg_1", signing.TIMESTAMP: stamp, signing.SIGNATURE: f"v1,{sign}"}
    path = connection.hook_path + to
    return Client().put(
        path, body, content_type="application/octet-stream", headers={"X-Content-SHA256": digest, **headers}
    )


def fetch_one() -> None:
    """What a worker does with the recording that is due."""
    recording = claim()
    assert recording is not None
    fetch(recording, check=lambda: None)


def asked(connection: Connection) -> dict[str, Any]:
    """The errand that came with the answers: the message that told of the recording had it already."""
    RecordingUpload.objects.filter(file="").delete()
    (command,) = poll(connection)
    return command


def test_the_agent_is_asked_for_it_once_in_a_while(connection: Connection) -> None:
    command = asked(connection)
    assert (command["do"], command["file"], command["to"]) == (
        "upload",
        FILE,
        f"recordings/{Recording.objects.get().pk}",
    )
    assert poll(connection) == []


def test_what_it_sends_is_stored_like_a_fetched_file(connection: Connection) -> None:
    sound = sample("wav", 2)
    assert put(connection, asked(connection)["to"], sound).json() == {"ok": True}
    fetch_one()
    recording = Recording.objects.get()
    assert (recording.state, recording.sha256) == (STATE.STORED, hashlib.sha256(sound).hexdigest())
    assert recordings_storage().open(recording.file.name).read() == sound
    assert not RecordingUpload.objects.exists()
    assert Delivery.objects.count() == 1


def test_sent_once_more_it_changes_nothing(connection: Connection) -> None:
    command, sound = asked(connection), sample("wav", 2)
    put(connection, command["to"], sound)
    fetch_one()
    assert put(connection, command["to"], sample("wav", 3)).status_code == 200
    assert Recording.objects.get().sha256 == hashlib.sha256(sound).hexdigest()


def test_an_empty_body_says_that_there_is_none(connection: Connection) -> None:
    assert put(connection, asked(connection)["to"], b"").status_code == 200
    recording = Recording.objects.get()
    assert (recording.state, recording.reason) == (STATE.LOST, Recording.Reason.NO_RECORDING)
    assert poll(connection) == []


def test_a_body_that_was_changed_on_its_way_is_not_taken(connection: Connection) -> None:
    assert put(connection, asked(connection)["to"], b"RIFF", sha256="0" * 64).status_code == 400
    assert Recording.objects.get().state == STATE.EXPECTED


def test_nobody_without_the_secret_can_send_one(connection: Connection) -> None:
    response = put(connection, asked(connection)["to"], sample("wav", 1), secret="forged")
    assert response.status_code == 401
    assert not RecordingUpload.objects.exclude(file="").exists()


@pytest.mark.parametrize("to", ["recordings/999999", "recordings/x", "recordings/../1", "somewhere"])
def test_only_what_was_asked_for(connection: Connection, to: str) -> None:
    assert put(connection, to, b"RIFF").status_code in (400, 404, 405)


def test_of_another_connection_nothing_is_taken(connection: Connection) -> None:
    other = ConnectionFactory.create(vendor="asterisk", settings={"secret": SECRET})
    assert put(other, asked(connection)["to"], sample("wav", 1)).status_code == 404


def test_larger_than_allowed_it_is_refused(connection: Connection) -> None:
    Connection.objects.update(longest_recording=1)
    assert put(connection, asked(connection)["to"], b"x" * 1_100_000).status_code == 413


def test_who_sends_no_recordings_by_itself_has_no_such_address() -> None:
    sipuni = ConnectionFactory.create(vendor="sipuni")
    assert Client().put(f"{sipuni.hook_path}recordings/1", b"x").status_code == 404
