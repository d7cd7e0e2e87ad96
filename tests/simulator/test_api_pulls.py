"""What a CRM pulls from the PBXs' APIs, over real HTTP: call info, day lists, recordings."""

from __future__ import annotations

import io
import time
from http.client import IncompleteRead
from urllib.parse import urlsplit
from xml.etree import ElementTree

import av
import pytest

from telephony.vendors.simulated import Scenario
from tests.simulator.api import Api, Got


def test_mobilon_answers_a_wrong_address_with_a_page(api: Api) -> None:
    got = api.ask("GET", "/mobilon/api/call/nothing")
    assert (got.status, got.content_type) == (200, "text/html")


def test_mobilon_tells_of_one_call_in_xml_that_is_not_well_formed(api: Api) -> None:
    pbx, call = api.play("mobilon", Scenario.ANSWERED)
    got = api.ask("GET", f"/mobilon/api/call/info?token=the-token&callid={pbx.call_id(call)}")
    text = got.body.decode()
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(text)
    root = ElementTree.fromstring(text.replace("&", "&amp;"))
    assert {one.tag: one.text for one in root} == {
        "status": "ANSWERED",
        "record_url": f"/api/call/record?token=the-token&callid={pbx.call_id(call)}",
        "duration": "7",
        "from": "8" + call.client[2:],
        "to": call.our_number[1:],
        "time": "2026-03-03 03:30:00",
    }


@pytest.mark.parametrize(("name", "more"), [("info", set()), ("journal", {"callid", "has_record", "direction"})])
def test_mobilon_lists_a_day_of_its_own_clock(api: Api, name: str, more: set[str]) -> None:
    api.play("mobilon", Scenario.MISSED)
    assert b"<call>" not in api.ask("GET", f"/mobilon/api/call/{name}?token=the-token&date=2026-03-02").body
    got = api.ask("GET", f"/mobilon/api/call/{name}?token=the-token&date=2026-03-03")
    calls = ElementTree.fromstring(got.body)
    assert [{one.tag for one in call} for call in calls] == [{"status", "duration", "from", "to", "time"} | more]
    assert calls[0].findtext("status") == "NOANSWER"


@pytest.mark.parametrize("query", ["info?token=wrong&callid=1.1", "info?token=the-token&callid=1.1", "record?callid=1"])
def test_mobilon_fails_with_200(api: Api, query: str) -> None:
    answer = api.ask("GET", f"/mobilon/api/call/{query}").json()
    assert isinstance(answer, dict)
    assert answer["result"] == "FAIL"


def test_mobilon_has_no_recording_of_a_missed_call(api: Api) -> None:
    pbx, call = api.play("mobilon", Scenario.MISSED)
    assert b"FAIL" in api.ask("GET", f"/mobilon/api/call/record?token=the-token&callid={pbx.call_id(call)}").body
    assert b"FAIL" in api.ask("GET", f"/mobilon/api/call/journal?token=the-token&callid={pbx.call_id(call)}").body


def seconds_of(got: Got, audio_format: str) -> float:
    with av.open(io.BytesIO(got.body), format=audio_format) as container:
        return float(sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0)))


@pytest.mark.parametrize(
    ("slug", "audio_format", "content_type"),
    [
        ("sipuni", "mp3", "audio/mpeg"),
        ("wirecrm", "mp3", "audio/mpeg"),
        ("xvb", "g722", "application/octet-stream"),
        ("mobilon", "mp3", "audio/mpeg"),
        ("uis", "mp3", "audio/mpeg"),
    ],
)
def test_recordings_of_played_calls_are_as_long_as_the_talk(
    api: Api, slug: str, audio_format: str, content_type: str
) -> None:
    pbx, call = api.play(slug, Scenario.ANSWERED, seconds=6)
    link = pbx.expected(call).recording
    if slug == "mobilon":
        link = f"{pbx.api_url}/api/call/record?token=the-token&callid={link}"
    parts = urlsplit(link)
    assert link.startswith(api.server.url)
    got = api.ask("GET", f"{parts.path}?{parts.query}")
    assert (got.status, got.content_type) == (200, content_type)
    assert seconds_of(got, audio_format) == pytest.approx(6, rel=0.01)


def test_a_missed_call_of_sipuni_has_a_page_behind_its_link(api: Api) -> None:
    got = api.ask("GET", "/sipuni/records/0123456789-0.mp3")
    assert (got.status, got.content_type) == (200, "text/html")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nobody/dial",
        "/demo/dial",
        "/sipuni/",
        "/sipuni/records/abc.mp3",
        "/sipuni/records/abc-5.ogg",
        "/wirecrm/",
        "/wirecrm/records/abc.mp3",
        "/xvb/",
        "/xvb/ui/msg_download/120/10019/abc.g722",
        "/mango/commands/callback",
        "/mango/files/abc.mp3",
        "/zadarma/v1/pbx/record/download/abc.mp3",
    ],
)
def test_anything_else_is_404(api: Api, path: str) -> None:
    assert api.ask("GET", path).status == 404


RECORD = "/wirecrm/records/abc-5.mp3"


@pytest.mark.parametrize(
    ("fault", "status", "longest"), [("missing", 404, 99), ("html", 200, 99), ("empty", 200, 0), ("tiny", 200, 4)]
)
def test_recordings_that_are_none_on_demand(api: Api, fault: str, status: int, longest: int) -> None:
    got = api.ask("GET", f"{RECORD}?fault={fault}")
    assert got.status == status
    assert len(got.body) <= longest
    assert api.ask("GET", f"{RECORD}?fault=unchanged").status == 304
    assert api.ask("GET", f"{RECORD}?fault=error").status == 502


def test_a_recording_breaks_off_or_trickles_on_demand(api: Api) -> None:
    with pytest.raises(IncompleteRead):
        api.ask("GET", f"{RECORD}?fault=drop")
    begun = time.monotonic()
    assert api.ask("GET", f"{RECORD}?fault=slow").body == api.ask("GET", RECORD).body
    assert time.monotonic() - begun >= 0.3
