"""Which secret proves a message, while there is one of before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from telephony.domain.exceptions import HookRejected
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.vendors.proofs import ProvedBy, prove
from tests.vendors.payloads import profile

HOOK = Hook(method="POST", query=b"", headers={}, body=b"", received_at=datetime(2026, 3, 3, tzinfo=UTC))


def signed_with(secret: str, *, former: str = "old") -> ProvedBy:
    def authenticate(hook: Hook, known: ConnectionProfile) -> None:
        if known.settings["secret"] != secret:
            raise HookRejected("A wrong signature.")

    return prove(authenticate, HOOK, replace(profile(secret="new"), former={"secret": former} if former else {}))


def test_by_which_of_them() -> None:
    assert (signed_with("new"), signed_with("old")) == (ProvedBy.PRESENT, ProvedBy.FORMER)
    assert (signed_with("new", former="new"), signed_with("new", former="")) == (ProvedBy.EITHER, ProvedBy.EITHER)


@pytest.mark.parametrize("former", ["old", ""])
def test_by_none(former: str) -> None:
    with pytest.raises(HookRejected):
        signed_with("another", former=former)
