"""Every payload, byte for byte, to a running server: the vendor's answer, and the call that it says."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from telephony.privacy.masking import hide_values
from telephony.vendors import installed
from telephony.vendors import standard_webhooks as signing
from tests.servers import Server
from tests.vendors.payloads import Payload, payloads_of

pytestmark = pytest.mark.slow

# What the directory has to know for an answer is tested in tests/crm and, one by one, in test_payloads.py.
PAYLOADS = [
    payload for vendor in installed().values() for payload in payloads_of(vendor) if "outcome" not in payload.expected
]
ADD_CONNECTIONS = """
import json
from telephony.connections.settings import add_connection
for vendor, settings in json.loads(WANTED):
    print(add_connection(vendor=vendor, name=vendor, time_zone="Europe/Moscow", phone_region="RU",
                         settings=settings).hook_path)
"""


def add_connections(server: Server) -> list[str]:
    """A connection for each payload, so that none sees another's calls; returns their paths."""
    wanted = json.dumps([(payload.vendor, payload.expected.get("settings", {})) for payload in PAYLOADS])
    script = f"WANTED = {wanted!r}\n{ADD_CONNECTIONS}"
    return server.manage("shell", "--no-imports", "-c", script).stdout.split()


def signed_now(payload: Payload, body: bytes, headers: list[bytes]) -> list[bytes]:
    """What Asterisk's agent sent is stale by now: signed again as it does, but for what has to be refused."""
    if payload.vendor != "asterisk" or "rejected" in payload.expected:
        return headers
    message_id, stamp = payload.hook.headers[signing.MESSAGE_ID], str(int(time.time()))
    key = payload.expected["settings"]["secret"].encode()
    proof = "v1," + signing.signature(key, f"{message_id}.{stamp}.".encode() + body)
    kept = [line for line in headers if line.split(b":")[0].lower().decode() not in signing.HEADERS]
    signed = {signing.MESSAGE_ID: message_id, signing.TIMESTAMP: stamp, signing.SIGNATURE: proof}
    return kept + [f"{name}: {value}".encode() for name, value in signed.items()]


def post(server: Server, payload: Payload, path: str) -> tuple[int, str, bytes]:
    """Send the payload to this path and read the answer. Its length is told right: the documents print cut bodies."""
    head, _, body = payload.raw.partition(b"\r\n\r\n")
    request_line, *headers = head.split(b"\r\n")
    method, target, version = request_line.split(b" ")
    query = target.partition(b"?")[2]
    skipped = (b"content-length", b"connection", b"host")
    headers = signed_now(payload, body, [line for line in headers if line.split(b":")[0].lower() not in skipped])
    headers += [b"Host: 127.0.0.1", b"Connection: close", b"Content-Length: %d" % len(body)]
    address = (path + payload.hook.tail).encode()
    request = b"%s %s %s" % (method, address + (b"?" + query if query else b""), version)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as wire:
        wire.sendall(b"\r\n".join([request, *headers, b"", body]))
        answer = b"".join(iter(lambda: wire.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    kind = next(line for line in head.decode().split("\r\n") if line.lower().startswith("content-type:"))
    return int(head.split()[1]), kind.partition(":")[2].strip(), body


def told(payload: Payload) -> dict[str, Any]:
    """What the call must show of this one message."""
    facts: dict[str, Any] = {}
    ended = [event for event in payload.expected.get("events", []) if event["kind"] == "leg_ended"]
    phones = [event["status"] for event in ended if "status" in event]
    for event in payload.expected.get("events", []):
        for name in ("external_id", "direction", "client_raw", "client_e164", "our_number"):
            if event.get(name):
                facts[name] = event[name]
        if event.get("recording_link"):
            # XVB's access code is a part of its links; whoever may not see the one does not see it in the other.
            secret = payload.expected.get("settings", {}).values()
            facts["recording"] = hide_values(event["recording_link"], secret)
        if event.get("ends_as_phones_did"):
            # Where this message tells of no phone, another one does, which is not sent here.
            facts |= {"status": phones[-1]} if phones else {}
        elif event["kind"] == "ended":
            facts["status"] = event.get("status", "unknown")
    return facts


def test_every_payload_gets_its_answer_and_its_call(make_server: Callable[..., Server]) -> None:
    server = make_server()
    paths = add_connections(server)
    server.start()
    for payload, path in zip(PAYLOADS, paths, strict=True):
        status, content_type, body = post(server, payload, path)
        expected = payload.expected.get("reply", {"status": 403})
        if "rejected" in payload.expected:
            assert status == expected["status"], payload.name
            continue
        assert (status, content_type) == (expected["status"], expected["content_type"]), payload.name
        answer = json.loads(body) if "json" in expected else body.decode()
        assert answer == expected.get("json", expected.get("text")), payload.name
    calls = {call["connection"]: call for call in map(json.loads, server.manage("calls", "--json").stdout.splitlines())}
    for connection, payload in enumerate(PAYLOADS, start=1):
        call = calls.get(connection, {})
        assert bool(call) == ("events" in payload.expected), payload.name
        facts = told(payload)
        assert {name: call[name] for name in facts} == facts, payload.name
