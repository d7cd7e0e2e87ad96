"""Recordings are fetched, judged and stored, over real HTTP from the simulated PBXs."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from telephony.models import Recording
from telephony.recordings.fetching.judging import judge_content
from telephony.simulator.audio import recording
from telephony.vendors.simulated import AudioFormat, Scenario
from tests.recordings.world import (
    MP3_PATH,
    content_of,
    make_connection,
    make_recording,
    nothing_left_behind,
    serving,
    stored_files,
    try_once,
    try_once_again,
)
from tests.recordings.world import Canned as Answer
from tests.simulator.api import Api

pytestmark = pytest.mark.django_db

SECONDS = 3


def recording_of_a_call(api: Api, vendor: str) -> tuple[Recording, str]:
    """A recording as the vendor tells of it, and where the simulator serves it."""
    pbx, call = api.play(vendor, Scenario.ANSWERED, seconds=SECONDS)
    told = pbx.expected(call).recording
    settings = {"token": "the-token", "api_url": f"{pbx.api_url}/api/call/"}
    connection = make_connection(vendor, settings=settings if vendor == "mobilon" else {})
    if vendor != "mobilon":
        return make_recording(connection, link=told), told
    return make_recording(connection, reference=told), f"{settings['api_url']}record?token=the-token&callid={told}"


@pytest.mark.parametrize(
    ("vendor", "content_type", "extension"),
    [
        ("sipuni", "audio/mpeg", "mp3"),
        ("wirecrm", "audio/mpeg", "mp3"),
        ("xvb", "audio/G722", "g722"),
        ("mobilon", "audio/mpeg", "mp3"),
    ],
)
def test_each_vendors_recording_is_stored_as_it_was_served(
    api: Api, vendor: str, content_type: str, extension: str
) -> None:
    row, address = recording_of_a_call(api, vendor)
    stored = try_once()
    served = api.ask("GET", f"{urlsplit(address).path}?{urlsplit(address).query}").body
    assert (stored.state, stored.reason, stored.attempts) == ("stored", "", 1)
    assert (stored.sha256, stored.size) == (hashlib.sha256(served).hexdigest(), len(served))
    assert content_of(str(stored.file)) == served
    assert stored.content_type == content_type
    assert stored.seconds == pytest.approx(SECONDS, rel=0.01)
    assert max(stored.peaks) == 100
    assert (stored.next_try_at, stored.lease) == (None, "")
    assert stored.stored_at is not None
    month = row.created_at.strftime("%Y/%m")
    name = f"{row.call.connection_id}/{month}/{row.pk}-{stored.sha256[:12]}.{extension}"
    playable = name.replace(".g722", ".play.mp3") if vendor == "xvb" else ""
    assert (stored.file.name, stored.playable.name) == (name, playable)
    assert stored_files() == sorted(filter(None, [name, playable]))
    assert nothing_left_behind()


@pytest.mark.parametrize(
    ("fault", "state", "reason"),
    [
        ("missing", "waiting", "not_found"),
        ("error", "waiting", "pbx_error"),
        ("html", "waiting", "page"),
        ("empty", "waiting", "empty"),
        ("tiny", "waiting", "tiny"),
        ("unchanged", "waiting", "unchanged"),
        ("drop", "waiting", "cut"),
        ("slow", "stored", ""),
    ],
)
def test_what_is_no_recording_is_waited_for(api: Api, fault: str, state: str, reason: str) -> None:
    make_recording(make_connection(), link=f"{api.server.url}{MP3_PATH}?fault={fault}")
    tried = try_once()
    assert (tried.state, tried.reason, tried.lease) == (state, reason, "")
    assert bool(stored_files()) == (state == "stored")
    assert nothing_left_behind()


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        (Answer(status=401), "waiting", "denied"),
        (Answer(status=403), "waiting", "denied"),
        (Answer(status=410), "lost", "gone"),
        (Answer(status=204), "waiting", "empty"),
        (Answer(status=429), "waiting", "busy"),
        (Answer(status=503), "waiting", "busy"),
        (Answer(status=418), "waiting", "odd_answer"),
        (Answer(status=206, body=b"\xff" * 999), "waiting", "odd_answer"),
        (Answer(body=b'{"status": "error"}'), "waiting", "message"),
        (Answer(body=b'<?xml version="1.0"?><error/>'), "waiting", "message"),
        (Answer(body=b"{not json" + b" " * 500), "waiting", "message"),
        (Answer(body=b"\xef\xbb\xbf  <HTML><body>" + b" " * 500), "waiting", "page"),
        (Answer(body=b"not found\n" * 100), "waiting", "not_audio"),
        (Answer(body=b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(500)), "waiting", "no_sound"),
        (Answer(status=302, headers={"Location": "/1.mp3"}), "waiting", "redirects"),
        (Answer(status=302, headers={"Location": "file:///etc/passwd"}), "refused", "scheme"),
        (Answer(headers={"Content-Length": "200000001"}), "refused", "too_large"),
    ],
)
def test_each_answer_has_its_reason(answer: Answer, state: str, reason: str) -> None:
    with serving({"/1.mp3": answer}) as url:
        make_recording(make_connection(), link=f"{url}/1.mp3")
        tried = try_once()
    assert (tried.state, tried.reason) == (state, reason)
    assert (tried.next_try_at is None) == (state != "waiting")
    assert (stored_files(), nothing_left_behind()) == ([], True)


@pytest.mark.parametrize(
    ("link", "values", "reason"),
    [
        ("http://127.0.0.1:9/1.mp3", {"internal_networks": []}, "forbidden_address"),
        ("http://127.0.0.1:9/1.mp3", {"recording_hosts": ["pbx.example"]}, "forbidden_host"),
        ("ftp://127.0.0.1:9/1.wav", {}, "scheme"),
        ("gopher://127.0.0.1/1", {}, "scheme"),
        ("http://[::1", {}, "bad_address"),
    ],
)
def test_a_link_that_the_connection_does_not_allow_is_refused(
    link: str, values: dict[str, object], reason: str
) -> None:
    make_recording(make_connection(**values), link=link)
    tried = try_once()
    assert (tried.state, tried.reason, tried.next_try_at) == ("refused", reason, None)


def test_a_host_that_can_not_be_reached_is_waited_for() -> None:
    make_recording(make_connection(allow_ftp=True), link="ftp://127.0.0.1:9/1.wav")
    assert (try_once().state, try_once_again().reason) == ("waiting", "connect")


def test_what_mobilon_says_instead_of_a_recording_is_kept(api: Api) -> None:
    address = f"{api.server.url}/mobilon/api/call/"
    make_recording(make_connection("mobilon", settings={"token": "wrong", "api_url": address}), reference="1.1")
    tried = try_once()
    assert (tried.state, tried.reason, tried.detail) == ("waiting", "message", "Неверный токен")


def test_a_secret_that_the_pbx_repeats_is_not_kept() -> None:
    answer = Answer(body=b'{"error": "bad token CANARY-4711; see ?token=CANARY-4711&callid=1"}')
    with serving({"/api/record": answer}) as url:
        settings = {"token": "CANARY-4711", "api_url": f"{url}/api"}
        make_recording(make_connection("mobilon", settings=settings), reference="1.1")
        tried = try_once()
    assert tried.reason == "message"
    assert "bad token" in tried.detail
    assert "CANARY" not in tried.detail


def test_mobilon_without_a_token_is_refused_until_there_is_one() -> None:
    make_recording(make_connection("mobilon"), reference="1.1")
    tried = try_once()
    assert (tried.state, tried.reason) == ("refused", "not_set_up")


def test_a_link_of_mobilon_without_a_token_is_fetched_as_it_is(api: Api) -> None:
    make_recording(make_connection("mobilon"), link=api.server.url + MP3_PATH)
    assert try_once().state == "stored"


def test_every_tone_that_xvb_could_send_is_taken_for_sound(tmp_path: Path) -> None:
    """Raw G.722 has no header, and a pure tone looks much like Cyrillic text."""
    for number in range(150):
        (tmp_path / "tone").write_bytes(recording(f"tone {number}", 2, AudioFormat.G722))
        kind = judge_content(tmp_path / "tone", link="https://pbx.example/tone.g722?token=1")
        assert kind.name == "G.722"
