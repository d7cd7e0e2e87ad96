"""What the settings of the database are behind a pgbouncer that pools transactions, and without one."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import databases

POOLER, ITSELF = "postgres://a:b@127.0.0.1:6432/crm", "postgres://a:b@127.0.0.1:5432/crm"


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("DATABASE_URL", POOLER)
    monkeypatch.setenv("DATABASE_DIRECT_URL", ITSELF)
    monkeypatch.setattr(databases, "IS_POOLED", True)
    return monkeypatch


def test_nothing_that_a_session_remembers_is_used_behind_it(addresses: pytest.MonkeyPatch) -> None:
    made = databases.make_databases("sqlite:///a")
    assert (made["default"]["PORT"], made["direct"]["PORT"]) == (6432, 5432)
    assert made["default"]["DISABLE_SERVER_SIDE_CURSORS"]
    assert made["default"]["OPTIONS"]["prepare_threshold"] is None
    assert "pool" not in made["direct"]["OPTIONS"]


def test_without_one_statements_and_cursors_stay_on_the_server(addresses: pytest.MonkeyPatch) -> None:
    addresses.setattr(databases, "IS_POOLED", False)
    made = databases.make_databases("sqlite:///a")
    assert list(made) == ["default"]
    assert not made["default"]["DISABLE_SERVER_SIDE_CURSORS"]
    assert made["default"]["OPTIONS"]["prepare_threshold"] == 2


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_DIRECT_URL"])
def test_it_goes_with_postgresql_only(addresses: pytest.MonkeyPatch, name: str) -> None:
    addresses.setenv(name, "sqlite:///a")
    with pytest.raises(ImproperlyConfigured, match="goes with a pgbouncer"):
        databases.make_databases("sqlite:///a")
