"""How a canary or test call is told from a real one: a header that only this installation can sign.

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
_SIGNER_OF_TEST_CALLS = "telephony.test_call"


def mark(*, connection_id: int, run_id: int) -> str:
    """The header's value for the messages of this run, from now on."""
    return TimestampSigner(salt=_SIGNER).sign(f"{connection_id}.{run_id}")


def mark_of_test_call(*, connection_id: int, played_id: int) -> str:
    """The same for a call that is played to show somebody a card: that is all that its messages do."""
    return TimestampSigner(salt=_SIGNER_OF_TEST_CALLS).sign(f"{connection_id}.{played_id}")


def run_of(headers: Mapping[str, str], *, connection_id: int, at: datetime) -> int | None:
    """Which canary run a message of this connection belongs to that came then; None: it is none of a canary.

    `headers` in small letters.
    """
    return _signed(_SIGNER, headers, connection_id, at)


def test_call_of(headers: Mapping[str, str], *, connection_id: int, at: datetime) -> int | None:
    """Which test call a message belongs to, in the same way."""
    return _signed(_SIGNER_OF_TEST_CALLS, headers, connection_id, at)


def _signed(signer: str, headers: Mapping[str, str], connection_id: int, at: datetime) -> int | None:
    said = headers.get(_NAME)
    if not said:
        return None
    try:
        connection, _, number = TimestampSigner(salt=signer).unsign(said).partition(".")
        signed_at = datetime.fromtimestamp(b62_decode(said.split(":")[1]), UTC)
    except (BadSignature, ValueError, IndexError):
        return None
    is_of_then = abs(at - signed_at) <= VALID
    return int(number) if is_of_then and connection == str(connection_id) and number.isdecimal() else None
