"""Checks of the address, as a PBX's cabinet or an administrator makes them: no failures.

Those that want an answer of their own are the vendor's (`Vendor.challenge`)."""

from __future__ import annotations

from telephony.domain.events import Parsed
from telephony.domain.hooks import Hook

_BLANKS = b" \t\r\n\x00\xef\xbb\xbf"
_NOTHING = (b"", b"{}", b"[]")
"""An empty body, also as a JSON library writes it."""


SAYS_NOTHING = "The request says nothing: somebody checked whether the address answers."


def read(hook: Hook) -> Parsed | None:
    """Why the request changes nothing, if it only checks the address; None for a message."""
    if not hook.query.strip() and hook.body.strip(_BLANKS) in _NOTHING:
        return Parsed(ignored=SAYS_NOTHING)
    return None
