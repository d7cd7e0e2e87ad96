"""One test for every payload of every installed vendor: what it means, and what it is answered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from telephony.domain.events import Parsed
from telephony.domain.exceptions import HookRejected, MalformedHook
from telephony.domain.hooks import Reply
from telephony.vendors import installed
from telephony.vendors.base import Vendor
from tests.rows import rows
from tests.vendors.payloads import Payload, folder_of, meaning, payloads_of

MEANING = (
    *("events", "asks_about", "ignored", "needs_attention", "notes", "error"),
    *("rejected", "is_kept", "is_challenge", "failed_orders"),
)


def test_payloads() -> None:
    with rows() as row:
        for vendor in installed().values():
            for payload in payloads_of(vendor):
                with row(payload.name):
                    means_what_it_should(vendor, payload)


def means_what_it_should(vendor: Vendor, payload: Payload) -> None:
    expected = payload.expected

    found, parsed = _read(vendor, payload)
    wanted = {name: expected[name] for name in MEANING if name in expected}
    assert found == wanted, f"read as\n{_as_written(found)}\nand not as\n{_as_written(wanted)}"

    if "rejected" not in expected or "reply" in expected:
        assert _shown(_reply(vendor, payload, parsed), expected["reply"]) == expected["reply"]

    fingerprints = [event.fingerprint for event in parsed.events] if parsed else []
    assert len(set(fingerprints)) == len(fingerprints)


@pytest.mark.parametrize("vendor", installed().values(), ids=lambda vendor: vendor.slug)
def test_every_vendor_has_payloads_and_no_file_without_its_twin(vendor: Vendor) -> None:
    folder = folder_of(vendor.slug)
    requests = {path.name.removesuffix(".http") for path in folder.glob("*.http")}
    meanings = {path.name.removesuffix(".expected.json") for path in folder.glob("*.expected.json")}
    assert requests
    assert requests == meanings


def _as_written(meant: dict[str, Any]) -> str:
    """As it stands in an expected.json."""
    return json.dumps(meant, ensure_ascii=False, indent=2)


def _read(vendor: Vendor, payload: Payload) -> tuple[dict[str, Any], Parsed | None]:
    if vendor.challenge(payload.hook, payload.profile) is not None:
        return {"is_challenge": True}, None
    try:
        vendor.authenticate(payload.hook, payload.profile)
        parsed = vendor.parse(payload.hook, payload.profile)
    except HookRejected as error:
        return {"rejected": str(error)} | ({"is_kept": True} if error.is_kept else {}), None
    except MalformedHook as error:
        return {"error": str(error)}, None
    return meaning(parsed), parsed


def _reply(vendor: Vendor, payload: Payload, parsed: Parsed | None) -> Reply:
    """What the view answers (telephony/intake/views.py): to a check, to what is refused, to all else."""
    challenged = vendor.challenge(payload.hook, payload.profile)
    if challenged is not None:
        return challenged
    try:
        vendor.authenticate(payload.hook, payload.profile)
    except HookRejected as error:
        return error.reply or Reply.text(str(error), status=403)
    return vendor.reply(payload.hook, payload.profile, parsed, payload.outcome)


def _shown(reply: Reply, expected: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"status": reply.status, "content_type": reply.content_type}
    if "json" in expected:
        shown["json"] = json.loads(reply.body)
    if "text" in expected:
        shown["text"] = reply.body.decode()
    return shown
