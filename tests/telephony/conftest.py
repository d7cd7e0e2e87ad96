"""Fixtures for telephony's tests. Nothing here or beside it imports crm or config (tests/test_standalone.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from telephony import vendors
from telephony.domain.events import Parsed
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.models import Connection
from tests.telephony.factories import ConnectionFactory

Parse = Callable[[Hook, ConnectionProfile], Parsed]


@pytest.fixture
def connection(db: None) -> Connection:
    """A connection to Sipuni."""
    connection: Connection = ConnectionFactory.create(
        vendor="sipuni", settings={"user": "012345", "secret": "s3cret-of-sipuni"}
    )
    return connection


@pytest.fixture
def set_parser(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Parse], None]:
    """Gives a vendor another parser, like a deployment with a mended (or broken) one does."""

    def set_parser(vendor: str, parse: Parse) -> None:
        old = vendors.get_vendor(vendor)
        methods: dict[str, Any] = {"parse": lambda self, hook, profile: parse(hook, profile)}
        mended = type(type(old).__name__, (type(old),), methods)()
        monkeypatch.setitem(vendors.installed(), vendor, mended)

    return set_parser
