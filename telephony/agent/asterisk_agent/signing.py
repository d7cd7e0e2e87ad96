"""Standard Webhooks, version 1.0.0: who sent this, and that nobody changed it on its way."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

_PREFIX = "whsec_"


def key_of(secret: str) -> bytes:
    """The bytes to sign with: `whsec_` and base64, as Standard Webhooks writes them, or else any text as it is.

    Raises ValueError where what follows `whsec_` is no base64.
    """
    if secret.startswith(_PREFIX):
        return base64.b64decode(secret[len(_PREFIX) :], validate=True)
    return secret.encode()


def signed(key: bytes, *, message_id: str, body: bytes, now: float | None = None) -> dict[str, str]:
    """The three headers for this body, sent now."""
    timestamp = str(int(time.time() if now is None else now))
    content = f"{message_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }
