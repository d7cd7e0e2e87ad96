"""Proofs of messages: by which secret, what is refused, and which of that is kept for when a secret is mended."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import replace
from enum import Enum

from telephony.domain.exceptions import HookRejected
from telephony.domain.hooks import ConnectionProfile, Hook, Reply

REFUSAL = Reply.json({"error": "signature"}, status=401)
UNSIGNED = "The message is not signed."


class ProvedBy(Enum):
    PRESENT = "present"
    FORMER = "former"
    """A secret of before, which is taken for a while."""
    EITHER = "either"
    """There is one secret, or the message has no proof and needs none."""


def prove(authenticate: Callable[[Hook, ConnectionProfile], None], hook: Hook, profile: ConnectionProfile) -> ProvedBy:
    """By which secrets the message is this connection's. Raises what `authenticate` raises with those of now."""
    refusal: HookRejected | None = None
    try:
        authenticate(hook, profile)
    except HookRejected as error:
        refusal = error
    if profile.former:
        try:
            authenticate(hook, replace(profile, settings={**profile.settings, **profile.former}, former={}))
        except HookRejected:
            if refusal is None:
                return ProvedBy.PRESENT
        else:
            return ProvedBy.FORMER if refusal is not None else ProvedBy.EITHER
    if refusal is not None:
        raise refusal
    return ProvedBy.EITHER


def check_signature(sent: str | bytes, *, secret: str, sign: Callable[[str], str]) -> None:
    """Raise `HookRejected` unless `sent` is what `sign` makes with the connection's secret; compares in constant time.

    What lacks a signature is forgotten. What has a wrong one is kept, as is all while no secret is entered: it may be
    our side that is wrong, and then this is asked again.
    """
    given = sent.encode() if isinstance(sent, str) else sent
    if not given:
        raise HookRejected(UNSIGNED, reply=REFUSAL)
    if not secret:
        raise HookRejected("The secret is not entered yet: no signature proves anything.", reply=REFUSAL, is_kept=True)
    if not hmac.compare_digest(given, sign(secret).encode()):
        raise HookRejected("The signature is not made with this secret.", reply=REFUSAL, is_kept=True)
