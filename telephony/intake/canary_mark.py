"""How a canary call is told from a real one: a header that only this installation can sign.

Whoever could sign it could make a PBX's message count for nothing, so it is bound to one connection and to its minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, TimestampSigner, b62_decode

HEADER = "X-Canary-Call"
_NAME = HEADER.lower()
VALID = timedelta(minutes=10)
_SIGNER = "telephony.canary"


def mark(*, connection_id: int, run_id: int) -> str:
    """The header's value for the messages of this run, from now on."""
    return TimestampSigner(salt=_SIGNER).sign(f"{connection_id}.{run_id}")


def run_of(headers: Mapping[str, str], *, connection_id: int, at: datetime) -> int | None:
    """Which run a message of this connection belongs to that came then; None: it is a real one.

    `headers` in small letters.
    """
    said = headers.get(_NAME)
    if not said:
        return None
    try:
        connection, _, run = TimestampSigner(salt=_SIGNER).unsign(said).partition(".")
        signed_at = datetime.fromtimestamp(b62_decode(said.split(":")[1]), UTC)
    except (BadSignature, ValueError, IndexError):
        return None
    is_of_then = abs(at - signed_at) <= VALID
    return int(run) if is_of_then and connection == str(connection_id) and run.isdecimal() else None
