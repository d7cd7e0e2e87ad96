"""What a process remembers of an address is each request's own, and is used only with the row's version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.utils import timezone

from telephony.calls.selectors import Knock
from telephony.database.versions import Version
from telephony.intake.spool import known
from telephony.models import Connection
from telephony.models.connection import hook_secret_sha256
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_is_known() -> Iterator[None]:
    known.forget()
    yield
    known.forget()


@pytest.fixture
def found(connection: Connection) -> Knock:
    return Knock(connection, version=Version(Connection, connection.pk, "7"))


def remembered(found: Knock) -> Knock | None:
    known.remember(vendor="sipuni", secret="of-this-test", found=found)
    return known.provable(vendor="sipuni", secret="of-this-test")


def test_a_request_may_change_its_connection_and_no_other_sees_it(found: Knock) -> None:
    first, second = remembered(found), known.provable(vendor="sipuni", secret="of-this-test")
    assert first is not None
    assert second is not None
    assert first.is_remembered
    assert first.version == found.version
    assert type(first.connection) is Connection
    assert first.connection is not found.connection
    assert first.connection == found.connection
    first.connection.present_secrets_used_at = timezone.now()
    first.connection._state.fields_cache["team"] = None
    assert second.connection is not None
    assert second.connection.present_secrets_used_at is None
    assert known.recall(vendor="sipuni", secret="of-this-test") == found


def test_without_a_version_or_by_a_former_address_the_database_is_asked(found: Knock) -> None:
    assert remembered(replace(found, version=None)) is None
    assert remembered(replace(found, is_former=True)) is None
    assert known.recall(vendor="sipuni", secret="of-this-test") is not None


def test_an_address_that_leads_nowhere_any_more_is_forgotten(found: Knock) -> None:
    remembered(found)
    assert remembered(Knock(None)) is None
    assert known.recall(vendor="sipuni", secret="of-this-test") is None


def test_the_longest_unused_is_forgotten_first(found: Knock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "MOST", 2)
    for secret in ("a", "b", "a", "c"):
        known.remember(vendor="sipuni", secret=secret, found=found)
    assert [key for _, key in known._known] == [hook_secret_sha256("a"), hook_secret_sha256("c")]


@pytest.mark.parametrize(
    ("vendor", "secret", "may_be"),
    [
        ("sipuni", "x" * 16, True),
        ("sipuni", "x" * 128, True),
        ("sipuni", "x" * 15, False),
        ("sipuni", "x" * 129, False),
        ("sipuni", "x" * 15 + "/", False),
        ("nobody", "x" * 16, False),
    ],
)
def test_what_looks_like_an_address_of_ours(vendor: str, secret: str, may_be: bool) -> None:
    assert known.may_be_ours(vendor=vendor, secret=secret) is may_be


def test_factories_make_addresses_that_look_like_ours() -> None:
    made = ConnectionFactory.create(vendor="sipuni")
    assert known.may_be_ours(vendor="sipuni", secret=made.hook_secret)
