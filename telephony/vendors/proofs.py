"""Signatures of messages: what is refused, and which of that is kept for when a secret is mended."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from telephony.domain.exceptions import HookRejected
from telephony.domain.hooks import Reply

REFUSAL = Reply.json({"error": "signature"}, status=401)
UNSIGNED = "The message is not signed."


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
