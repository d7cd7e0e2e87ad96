"""Mango's envelope, the same both ways: a key, a text of JSON, a signature of both. Source: "VPBX API" (README.md)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from telephony.domain.exceptions import HookRejected
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.http import Request
from telephony.vendors.proofs import REFUSAL, check_signature

SETTINGS = ("api_key", "api_salt")
"""That are needed to ask anything."""
API_URL = "https://app.mango-office.ru/vpbx/"
FILES = "mango-office.ru"
"""One of whose hosts has the recordings."""
_TOLD = ("events/", "result/")


def is_event(hook: Hook) -> bool:
    """Whether it comes to an address for messages; everything else changes nothing."""
    return hook.tail.lower().startswith(_TOLD)


def envelope(hook: Hook) -> Mapping[str, bytes]:
    """The form's fields, byte by byte: what was signed is the text as it was sent."""
    pairs = parse_qsl(hook.body.decode("latin-1"), encoding="latin-1")
    return {name: value.encode("latin-1") for name, value in pairs}


def signature(key: bytes, text: bytes, salt: str) -> str:
    return hashlib.sha256(key + text + salt.encode()).hexdigest()


def check_message(hook: Hook, profile: ConnectionProfile) -> None:
    """Raise `HookRejected` for a message that is not signed with the connection's salt, or has another key."""
    if not is_event(hook):
        return
    form = envelope(hook)
    key, text = form.get("vpbx_api_key", b""), form.get("json", b"")
    check_signature(
        form.get("sign", b"").strip().lower(),
        secret=profile.setting("api_salt"),
        sign=lambda salt: signature(key, text, salt),
    )
    own = profile.setting("api_key")
    if own and not hmac.compare_digest(key, own.encode()):
        raise HookRejected("The key is another product's.", reply=REFUSAL, is_kept=True)


def signed_request(profile: ConnectionProfile, path: str, told: Mapping[str, Any], *, lane: str = "") -> Request:
    """A request to the API; what was signed is sent, letter by letter. A file may be had from another of its hosts."""
    address = profile.address("api_url", API_URL)
    key, salt = map(profile.setting, SETTINGS)
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    form = {"vpbx_api_key": key, "sign": signature(key.encode(), text.encode(), salt), "json": text}
    return Request(
        url=f"{address}/{path}",
        method="POST",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        secret_body=urlencode(form).encode(),
        own_address=address,
        redirects_to=(FILES, urlsplit(address).hostname or FILES) if path.startswith("queries/recording") else (),
        lane=lane,
    )
