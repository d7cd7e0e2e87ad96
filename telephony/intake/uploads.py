"""PUT <hook's address>/recordings/NUMBER: a recording that its PBX sends, proved like any other of its messages."""

from __future__ import annotations

import re

from django.http import HttpRequest

from telephony.domain.hooks import Hook, Reply
from telephony.models import Connection
from telephony.recordings import uploads

SHA256 = re.compile(r"[0-9a-fA-F]{64}")


def proof_of(hook: Hook) -> Hook:
    """What the vendor proves instead of the sound, which may be long: the hash that a header names."""
    return Hook(
        method=hook.method,
        query=hook.query,
        headers=hook.headers,
        body=hook.headers.get("x-content-sha256", "").encode(),
        received_at=hook.received_at,
        remote_address=hook.remote_address,
        tail=hook.tail,
    )


def take(request: HttpRequest, connection: Connection, hook: Hook, *, number: int) -> Reply:
    """Takes the body in pieces, after the vendor has proved the hash of it."""
    sha256 = hook.headers.get("x-content-sha256", "")
    if not SHA256.fullmatch(sha256):
        return Reply.json({"error": "X-Content-SHA256: the hash of the body is missing."}, status=400)
    try:
        uploads.take(connection=connection, recording_id=number, read=request.read, sha256=sha256)
    except uploads.NotTaken as refusal:
        return Reply.json({"error": str(refusal)}, status=refusal.status)
    return Reply.json({"ok": True})
