"""A PBX that signs what it sends, appends a path of its own to the address, and checks the address first."""

from __future__ import annotations

import hashlib
import hmac

from django import forms

from telephony.domain.events import CallEvent, Direction, EventKind, Parsed
from telephony.domain.exceptions import HookRejected
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.vendors.base import SecretField, Vendor, VendorSettingsForm

REFUSAL = Reply.json({"error": "signature"}, status=401)


def signed(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class SigningForm(VendorSettingsForm):
    secret = SecretField()
    note = forms.CharField(required=False)


class SigningPbx(Vendor):
    slug = "signing"
    label = "Signing PBX"
    settings_form = SigningForm
    takes_tail = True
    signature_headers = frozenset({"x-sign"})

    def challenge(self, hook: Hook, profile: ConnectionProfile) -> Reply | None:
        return Reply.text("pong") if hook.tail == "ping" else None

    def authenticate(self, hook: Hook, profile: ConnectionProfile) -> None:
        sent = hook.headers.get("x-sign", "")
        if not sent:
            raise HookRejected("It is not signed.", reply=REFUSAL)
        secret = str(profile.settings.get("secret") or "")
        if not secret or not hmac.compare_digest(sent, signed(hook.body, secret)):
            raise HookRejected("Its signature is not this connection's.", reply=REFUSAL, is_kept=True)

    def parse(self, hook: Hook, profile: ConnectionProfile) -> Parsed:
        """The tail is what happened, the body the call's id."""
        event = CallEvent(
            kind=EventKind.CALL_STARTED,
            external_id=hook.body.decode(),
            occurred_at=hook.received_at,
            fingerprint=hook.body.decode(),
            direction=Direction.INCOMING,
            client_raw="79201119613",
            client_e164="+79201119613",
        )
        return Parsed(events=(event,)) if hook.tail == "events/call" else Parsed(ignored="It tells of nothing.")

    def reply(self, hook: Hook, profile: ConnectionProfile, parsed: Parsed | None, outcome: Outcome) -> Reply:
        return Reply.text("ok")
