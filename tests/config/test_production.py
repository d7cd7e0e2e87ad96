"""Production does not start with what somebody can guess, and a network of one's own is no half of the internet."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError

from config.management.commands.make_secrets import make_encryption_key
from config.production import refuse_any_host, refuse_weak_keys
from telephony.models import Connection, Subscription
from telephony.models.validators import validate_networks
from tests.config.test_start import PRODUCTION, manage

GOOD = str(PRODUCTION["SECRET_KEY"])
WIDE = (
    "0.0.0.0/0",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "::/0",
    "2000::/3",
    "8.0.0.0/8",
    "95.24.0.0/13",
    "2a02::/16",
    "10.0.0.0/7",
)
OWN = ("10.0.0.0/8", "192.168.1.0/24", "172.16.0.0/12", "127.0.0.1", "fd00::/8", "100.64.0.0/10", "95.24.1.0/24")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": "a"}, "SECRET_KEY is short or monotonous"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS holds '*', under which anybody"),
        ({"TELEPHONY_ENCRYPTION_KEYS": "A" * 43 + "="}, "TELEPHONY_ENCRYPTION_KEYS holds a key that can be guessed"),
    ],
)
def test_production_does_not_start_with_it_and_says_what_to_set(
    tmp_path: Path, changes: dict[str, str], sentence: str
) -> None:
    done = manage(tmp_path, "check", **{**PRODUCTION, **changes})
    assert done.returncode != 0
    assert sentence in done.stderr.strip().splitlines()[-1]


def test_development_starts_with_anything(tmp_path: Path) -> None:
    weak = {"SECRET_KEY": "a", "ALLOWED_HOSTS": "*", "TELEPHONY_ENCRYPTION_KEYS": "A" * 43 + "="}
    assert manage(tmp_path, "check", **weak).returncode == 0


@pytest.mark.parametrize(
    "keys",
    [
        ["a"],
        ["a" * 60],
        ["abcdefghij" * 6],
        ["django-insecure-" + GOOD],
        ["changeme" + GOOD],
        ["Secret-" + GOOD],
        [GOOD[:49]],
        [GOOD, "an old short one"],
    ],
)
def test_a_key_that_can_be_guessed_is_refused(keys: list[str]) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY.*make_secrets"):
        refuse_weak_keys(keys, [])


@pytest.mark.parametrize("key", [bytes(32), b"password" * 4, b"0123456789" * 3 + b"01", b"ab" * 16])
def test_an_encryption_key_that_can_be_guessed_is_refused(key: bytes) -> None:
    refuse_weak_keys([GOOD], [make_encryption_key() for _ in range(200)])
    with pytest.raises(ImproperlyConfigured, match="make_secrets"):
        refuse_weak_keys([GOOD], [make_encryption_key(), base64.urlsafe_b64encode(key).decode()])


@pytest.mark.parametrize("hosts", [["*"], ["crm.example.ru", "*"], [".ru"], [".com"], []])
def test_names_that_are_others_too_are_refused(hosts: list[str]) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"crm\.example\.ru"):
        refuse_any_host(hosts, [])


def test_the_sites_own_names_are_taken() -> None:
    refuse_any_host(["crm.example.ru", ".example.ru", "localhost", "[::1]", "10.0.0.1"], ["https://*.example.ru:8443"])
    with pytest.raises(ImproperlyConfigured, match="CSRF_TRUSTED_ORIGINS"):
        refuse_any_host(["crm.example.ru"], ["https://*.ru"])


@pytest.mark.parametrize("network", WIDE)
def test_half_of_the_internet_is_nobodys_own_network(network: str) -> None:
    with pytest.raises(ValidationError, match="far more than a network of your own"):
        validate_networks([network])


def test_own_networks_are_taken() -> None:
    validate_networks(list(OWN))


def test_what_was_listed_before_such_were_refused_allows_nothing() -> None:
    connection = Connection(internal_networks=[*WIDE, "10.1.0.0/16"])
    assert [str(network) for network in connection.policy().networks] == ["10.1.0.0/16"]
    assert Subscription._meta.get_field("internal_networks").validators[-1] is validate_networks
