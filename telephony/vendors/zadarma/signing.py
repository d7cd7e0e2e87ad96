"""Zadarma's signatures: of its messages, and of our requests. Source: zadarma/user-api-v1 (README.md, "Sources")."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from telephony.domain import fields
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.http import Request
from telephony.vendors.proofs import check_signature

SETTINGS = ("api_key", "secret")
"""That are needed to ask anything."""
API_URL = "https://api.zadarma.com"
HEADER = "signature"

_INCOMING = ("caller_id", "called_did", "call_start")
_OUTGOING = ("internal", "destination", "call_start")
# Source: zadarma/user-api-v1, the classes of its notifications: what each one's signature is made of.
SIGNED = {
    "NOTIFY_START": _INCOMING,
    "NOTIFY_INTERNAL": _INCOMING,
    "NOTIFY_END": _INCOMING,
    "NOTIFY_IVR": _INCOMING,
    "NOTIFY_ANSWER": ("caller_id", "destination", "call_start"),
    "NOTIFY_OUT_START": _OUTGOING,
    "NOTIFY_OUT_END": _OUTGOING,
    "NOTIFY_RECORD": ("pbx_call_id", "call_id_with_rec"),
}


def signature(secret: str, text: str) -> str:
    """Base64 of the hexadecimal digest, not of its bytes: PHP's `hash_hmac` gives the former."""
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha1).hexdigest()
    return base64.b64encode(digest.encode()).decode()


def check_message(hook: Hook, profile: ConnectionProfile) -> None:
    """Raise `HookRejected` for a notification that is not signed with the connection's secret.

    How other messages are signed is in no document. They change nothing, and are let pass, as is an empty request.
    """
    try:
        params = fields.read_params(hook)
    except MalformedHook:
        params = fields.Params({"event": ""})
    event = params.get("event", "").strip().upper()
    if not params or (event and event not in SIGNED):
        return
    signed = "".join(params.get(name, "") for name in SIGNED.get(event, ()))
    check_signature(
        hook.headers.get(HEADER, "").strip(),
        secret=profile.setting("secret"),
        sign=lambda secret: signature(secret, signed),
    )


def query_of(params: Mapping[str, str]) -> str:
    """The parameters as they are signed and sent: by name, a blank as a plus, and `~` escaped (RFC 1738, as in PHP)."""
    return urlencode(sorted({**params, "format": "json"}.items())).replace("~", "%7E")


def signed_request(
    profile: ConnectionProfile, path: str, params: Mapping[str, str], *, method: str = "GET", lane: str = ""
) -> Request:
    """A request to the API; `path` from the version on, with a slash at its end. Exactly what was signed is sent."""
    address, query = profile.address("api_url", API_URL), query_of(params)
    key = {"Authorization": authorization(profile.setting("api_key"), profile.setting("secret"), path, query)}
    common: dict[str, Any] = {"secret_headers": key, "own_address": address, "lane": lane}
    if method == "GET":
        return Request(url=f"{address}{path}?{query}", **common)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Request(url=f"{address}{path}", method=method, headers=headers, body=query.encode(), **common)


def authorization(key: str, secret: str, path: str, query: str) -> str:
    text = path + query + hashlib.md5(query.encode(), usedforsecurity=False).hexdigest()
    return f"{key}:{signature(secret, text)}"
