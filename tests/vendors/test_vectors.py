"""The payload files against the table of messages that the vendors' documents were read into.

The table lies beside the repository while the project is developed; without it these tests are skipped.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest

from telephony.domain.numbers import to_e164
from telephony.vendors import installed
from tests.vendors.payloads import Payload, events_of

TABLE = Path(__file__).parents[3] / "shared" / "vectors" / "vectors.json"
pytestmark = pytest.mark.skipif(not TABLE.exists(), reason="the table of messages is not here")

SHARED: dict[str, Any] = json.loads(TABLE.read_text()) if TABLE.exists() else {"vectors": [], "phones": []}
VECTORS = [
    vector for vector in SHARED["vectors"] if vector["direction"] == "pbx_to_crm" and vector["vendor"] in installed()
]
SAME_NAME = {
    "call_id": "external_id",
    "client_phone_raw": "client_raw",
    "client_phone_e164": "client_e164",
    "our_did": "our_number",
    "extension": "extension",
    "status": "status",
    "record_url": "recording_link",
}
NO_EVENTS = ("ignored", "lookup")
EVENTS = [
    vector
    for vector in VECTORS
    if vector["expected"]["kind"] not in NO_EVENTS and not vector["expected"]["kind"].startswith("same as")
]
DIRECTIONS = {"in": "incoming", "out": "outgoing", "internal": "internal"}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_payload_is_the_table_s_request(vector: dict[str, Any]) -> None:
    hook = Payload(vector["vendor"], vector["id"]).hook
    assert hook.method == vector["method"]
    assert hook.query.decode() == vector.get("query", "")
    assert hook.body.decode() == vector.get("body", "")
    assert hook.content_type == vector.get("content_type", "")
    for name, value in vector.get("headers", {}).items():
        assert hook.headers[name.lower()] == value


@pytest.mark.parametrize("vector", EVENTS, ids=lambda vector: vector["id"])
def test_expected_event_is_the_table_s(vector: dict[str, Any]) -> None:
    event, stated = Payload(vector["vendor"], vector["id"]).expected["events"][0], vector["expected"]
    assert event["kind"] == stated["kind"]
    for name, ours in SAME_NAME.items():
        if name in stated:
            assert event.get(ours) == stated[name], name
    if "direction" in stated:
        assert event["direction"] == DIRECTIONS[stated["direction"]]
    assert list(event.get("tracking", {})) == stated.get("extra", [])
    if stated.get("status") == "answered" and "duration_s" in stated and vector["vendor"] != "sipuni":
        assert event["talk_seconds"] == stated["duration_s"]


@pytest.mark.parametrize("vector", EVENTS, ids=lambda vector: vector["id"])
def test_expected_times_are_the_table_s(vector: dict[str, Any]) -> None:
    event, stated = Payload(vector["vendor"], vector["id"]).expected["events"][0], vector["expected"]
    for name in ("started_at", "answered_at", "ended_at"):
        if name in stated:
            assert datetime.fromisoformat(event["occurred_at"]) == datetime.fromisoformat(stated[name])
    if "started_at_local" in stated:
        local = datetime.fromisoformat(stated["started_at_local"]).replace(tzinfo=ZoneInfo("Europe/Moscow"))
        assert datetime.fromisoformat(event["started_at"]) == local


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_expected_questions_and_ignored_messages_are_the_table_s(vector: dict[str, Any]) -> None:
    expected, kind = Payload(vector["vendor"], vector["id"]).expected, vector["expected"]["kind"]
    assert bool(expected.get("ignored")) is (kind == "ignored")
    if kind == "lookup":
        assert expected["asks_about"]["e164"] == vector["expected"]["client_phone_e164"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_expected_answer_is_the_table_s(vector: dict[str, Any]) -> None:
    reply, stated = Payload(vector["vendor"], vector["id"]).expected["reply"], vector.get("expected_response")
    if stated is None:
        return
    assert reply["status"] == stated["status"]
    assert reply["content_type"].startswith(stated.get("content_type", ""))
    if "body" in stated:
        assert reply["json"] == json.loads(stated["body"])
    if "any_of" in stated:
        assert reply["json"] in stated["any_of"]


@pytest.mark.parametrize("number", range(1, 8))
def test_damaged_examples_mean_what_the_repaired_ones_mean(number: int) -> None:
    vectors = {vector["id"]: vector for vector in VECTORS}
    repaired_id = next(name for name in vectors if name.startswith(f"sipuni-doc-{number}-") and "verbatim" not in name)
    assert events_of("sipuni", f"sipuni-doc-{number}-verbatim") == events_of("sipuni", repaired_id)
    assert dict(parse_qsl(vectors[repaired_id]["query"], keep_blank_values=True)) == vectors[repaired_id]["params"]


@pytest.mark.parametrize("phone", SHARED["phones"], ids=lambda phone: phone["raw"] or "empty")
def test_phone(phone: dict[str, Any]) -> None:
    assert to_e164(phone["raw"], "RU") == (phone["e164_region_RU"] or "")
