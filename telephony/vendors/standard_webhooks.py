"""Proof of origin by Standard Webhooks 1.0.0: an id, a time and the body, signed with a key; for whoever signs so."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import timedelta

from telephony.domain.exceptions import HookRejected
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.vendors.proofs import REFUSAL

MESSAGE_ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
HEADERS = frozenset({MESSAGE_ID, TIMESTAMP, SIGNATURE})
TOLERANCE = timedelta(minutes=5)
"""Who sends signs anew each time: whatever is older was sent by somebody else."""
PREFIX = "whsec_"


def authenticate(hook: Hook, profile: ConnectionProfile) -> None:
    """Raise `HookRejected` unless the connection's `secret` has signed just this body, a moment ago."""
    sent = {name: hook.headers.get(name, "").strip() for name in HEADERS}
    if not all(sent.values()):
        raise HookRejected("The message is not signed.", reply=REFUSAL)
    if not _is_fresh(sent[TIMESTAMP], hook):
        raise HookRejected(
            f"{TIMESTAMP} is more than five minutes from our clock: look at the clock of the PBX.", reply=REFUSAL
        )
    secret = profile.setting("secret").strip()
    signed = f"{sent[MESSAGE_ID]}.{sent[TIMESTAMP]}.".encode() + hook.body
    given = [part.partition(",") for part in sent[SIGNATURE].split()]
    for key in keys_of(secret):
        right = signature(key, signed)
        if any(version == "v1" and hmac.compare_digest(text.encode(), right.encode()) for version, _, text in given):
            return
    why = "Its signature does not fit the secret in the settings." if secret else "The settings have no secret yet."
    raise HookRejected(why, reply=REFUSAL, is_kept=True)


def keys_of(secret: str) -> list[bytes]:
    """The bytes to sign with: of whsec_… those that it encodes, else the text itself, or what it may encode."""
    if not secret:
        return []
    encoded = secret.removeprefix(PREFIX)
    try:
        decoded = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    plain = [] if secret.startswith(PREFIX) and decoded else [secret.encode()]
    return [key for key in (*plain, decoded) if key]


def signature(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signed_headers(secret: str, *, message_id: str, timestamp: str, body: bytes) -> dict[str, str]:
    """The proof of a message that is sent with this secret."""
    sign = signature(keys_of(secret)[0], f"{message_id}.{timestamp}.".encode() + body)
    return {MESSAGE_ID: message_id, TIMESTAMP: timestamp, SIGNATURE: f"v1,{sign}"}


def _is_fresh(timestamp: str, hook: Hook) -> bool:
    if not (timestamp.isascii() and timestamp.isdecimal()) or len(timestamp) > 12:
        return False
    return abs(hook.received_at.timestamp() - int(timestamp)) <= TOLERANCE.total_seconds()
