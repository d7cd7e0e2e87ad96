"""How Zadarma's family checks an address: what stands in one field has to come back.

Source: Zadarma's cabinet, before it takes an address; PBXs that speak WireCRM's API PBX are of the same family.
"""

from __future__ import annotations

import re

from telephony.domain import fields
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import Hook, Reply

ECHOED = "zd_echo"
_MARK = ECHOED.encode()
_HARMLESS = re.compile(r"[0-9A-Za-z_.:~+/=-]{1,64}")
"""It goes back as it came, so nothing else does."""


def challenge(hook: Hook) -> Reply | None:
    """The answer to this check; None for every other message."""
    if _MARK not in hook.query and _MARK not in hook.body:
        return None
    try:
        params = fields.read_params(hook)
    except MalformedHook:
        return None
    value = fields.text(params, ECHOED)
    return Reply.text(value) if set(params) == {ECHOED} and _HARMLESS.fullmatch(value) else None
