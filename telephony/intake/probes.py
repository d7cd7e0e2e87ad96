"""Checks of the address, as a PBX's cabinet or an administrator makes them: answered as expected, and no failures."""

from __future__ import annotations

from telephony.domain import fields
from telephony.domain.events import Parsed
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import Hook, Reply

# Source: Zadarma's cabinet, before it takes an address: what stands in this field has to come back.
ECHOED = "zd_echo"
_BLANKS = b" \t\r\n\x00\xef\xbb\xbf"
_NOTHING = (b"", b"{}", b"[]")
"""An empty body, also as a JSON library writes it."""


def read(hook: Hook) -> Parsed | None:
    """Why the request changes nothing, if it only checks the address; None for a message."""
    if echo(hook):
        return Parsed(ignored=f"The PBX checked this address ({ECHOED}), and was answered as it expects.")
    if not hook.query.strip() and hook.body.strip(_BLANKS) in _NOTHING:
        return Parsed(ignored="The request says nothing: somebody checked whether the address answers.")
    return None


def reply(hook: Hook) -> Reply | None:
    """The answer to a check that expects one of its own."""
    found = echo(hook)
    return Reply.text(found) if found else None


def echo(hook: Hook) -> str:
    """What the check wants to hear again; empty for everything else."""
    if ECHOED.encode() not in hook.query + hook.body:
        return ""
    try:
        params = fields.read_params(hook)
    except MalformedHook:
        return ""
    return fields.text(params, ECHOED) if set(params) == {ECHOED} else ""
