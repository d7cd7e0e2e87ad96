"""The lock around a call, on PostgreSQL: taken with the transaction, and not waited for beyond patience."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connections, transaction
from django.db.backends.postgresql.base import DatabaseWrapper

from telephony.calls import locks
from telephony.domain.exceptions import CallBusy


@pytest.fixture
def default_is_postgresql(postgresql: str, django_db_blocker: Any) -> Iterator[str]:
    """Django's default database is PostgreSQL while the test runs; only locks are taken there."""
    url = urlsplit(postgresql)
    values = {"NAME": url.path[1:], "USER": url.username, "PASSWORD": url.password or "", "HOST": url.hostname}
    wrapper = DatabaseWrapper({**connections["default"].settings_dict, **values, "PORT": url.port, "OPTIONS": {}})
    wrapper.alias = "default"
    with django_db_blocker.unblock():
        before = connections["default"]
        connections["default"] = wrapper
        yield postgresql
        connections["default"] = before
        wrapper.close()


def test_whoever_has_to_wait_too_long_is_told_so(default_is_postgresql: str) -> None:
    with psycopg.connect(default_is_postgresql) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [locks._key("call:1:busy")])
        with pytest.raises(CallBusy, match="for too long"), transaction.atomic():
            locks.take(names=["call:1:free", "call:1:busy"], patience_ms=50)
        other.rollback()
    with transaction.atomic():
        locks.take(names=["call:1:busy"], patience_ms=50)


def test_a_lock_ends_with_its_transaction(default_is_postgresql: str) -> None:
    def is_free() -> bool:
        with psycopg.connect(default_is_postgresql) as other:
            row = other.execute("SELECT pg_try_advisory_xact_lock(%s)", [locks._key("call:1:mine")]).fetchone()
            return row is not None and bool(row[0])

    with transaction.atomic():
        locks.take(names=["call:1:mine", "call:1:mine"], patience_ms=1000)
        assert not is_free()
    assert is_free()
