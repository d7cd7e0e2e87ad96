"""Connections: settings checked by the vendor's own form, addresses, and encryption at rest."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management import call_command
from django.db import connection as database
from django.test import Client
from pytest_django.fixtures import Settings

from telephony.connections.settings import add_connection, clean_settings, rotate
from telephony.models import Connection
from telephony.models.connection import hook_secret_sha256
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
CANARY = "canary-53cr3t-value"


def add(vendor: str = "sipuni", **changes: Any) -> Connection:
    values: dict[str, Any] = {"name": "Office", "time_zone": "Europe/Moscow", "phone_region": "RU", "settings": {}}
    return add_connection(vendor=vendor, **{**values, **changes})


def test_settings_are_stored_as_the_vendors_form_cleans_them() -> None:
    connection = add("xvb", settings={"token": " t ", "cloud_url": "pbx.example.ru/api"})
    connection.refresh_from_db()
    assert connection.settings == {"access_code": "", "cloud_url": "https://pbx.example.ru/api", "token": "t"}


def test_settings_left_out_have_the_forms_defaults() -> None:
    assert add("sipuni").settings["api_url"] == "https://sipuni.com/api/callback/call_number"


@pytest.mark.parametrize(
    ("vendor", "changes", "field"),
    [
        ("none", {}, "vendor"),
        ("sipuni", {"name": ""}, "name"),
        ("sipuni", {"name": "x" * 101}, "name"),
        ("sipuni", {"time_zone": "Moscow"}, "time_zone"),
        ("sipuni", {"phone_region": "XX"}, "phone_region"),
        ("sipuni", {"settings": {"api_url": "ftp://example.ru"}}, "api_url"),
        ("sipuni", {"settings": {"user": "x" * 21}}, "user"),
        ("sipuni", {"settings": {"acess_code": "1"}}, "acess_code"),
        ("demo", {"settings": {"anything": "1"}}, "anything"),
        ("mobilon", {"settings": {"soap_password": "123"}}, "soap_password"),
        ("wirecrm", {"settings": {"answer_start": "maybe"}}, "answer_start"),
    ],
)
def test_what_is_wrong_is_said_with_its_field(vendor: str, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as error:
        add(vendor, **changes)
    assert list(error.value.message_dict) == [field]
    assert not Connection.objects.exists()


def test_an_unknown_setting_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValidationError, match="Sipuni has no such setting; it has: user, secret, api_url"):
        clean_settings(vendor="sipuni", values={"password": "1"})
    with pytest.raises(ValidationError, match="it has: none"):
        clean_settings(vendor="demo", values={"password": "1"})


def test_a_secret_left_empty_keeps_its_stored_value() -> None:
    stored = {"access_code": "10019", "token": "old", "cloud_url": "https://a.example/"}
    kept = clean_settings(vendor="xvb", values={"access_code": "", "token": "new", "cloud_url": ""}, stored=stored)
    assert kept == {"access_code": "10019", "token": "new", "cloud_url": ""}


def test_rotation_gives_a_new_address_and_touches_nothing_else() -> None:
    connection = add(settings={"user": "012345"})
    stale, old_path = Connection.objects.get(), connection.hook_path
    connection.name = "Renamed meanwhile"
    connection.save()
    rotate(connection=stale)
    assert Client().get(old_path).status_code == 404
    fresh = Connection.objects.get()
    assert Client().get(fresh.hook_path).status_code == 200
    assert (fresh.name, fresh.settings["user"]) == ("Renamed meanwhile", "012345")


def test_addresses_hold_at_least_128_random_bits_and_are_never_the_same() -> None:
    secrets = {ConnectionFactory.create().hook_secret for _ in range(20)}
    assert len(secrets) == 20
    assert {len(secret) for secret in secrets} == {32}  # 24 bytes in base64


def test_names_as_people_see_them() -> None:
    connection = add(name="Moscow office")
    assert str(connection) == "Moscow office"
    assert connection.vendor_object.label == "Sipuni"


class TestEncryption:
    def test_no_secret_stands_readable_in_the_database(self) -> None:
        connection = add("xvb", settings={"token": CANARY, "access_code": "10019"})
        with database.cursor() as cursor:
            cursor.execute("SELECT * FROM telephony_connection")
            stored = repr(cursor.fetchall())
        for secret in (CANARY, "10019", "access_code", connection.hook_secret):
            assert secret not in stored
        assert hook_secret_sha256(connection.hook_secret) in stored
        fresh = Connection.objects.get()
        assert (fresh.settings["token"], fresh.hook_secret) == (CANARY, connection.hook_secret)

    def test_a_wrong_key_raises_and_names_the_setting(self, settings: Settings) -> None:
        add(settings={"secret": CANARY})
        settings.TELEPHONY_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
        with pytest.raises(ImproperlyConfigured, match="TELEPHONY_ENCRYPTION_KEYS: add that key to the end"):
            Connection.objects.get()

    def test_keys_are_changed_without_losing_anything(self, settings: Settings) -> None:
        path = add(settings={"secret": CANARY}).hook_path
        old, new = settings.TELEPHONY_ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
        settings.TELEPHONY_ENCRYPTION_KEYS = [new, old]
        assert Connection.objects.get().settings["secret"] == CANARY
        out = StringIO()
        call_command("reencrypt", stdout=out)
        assert out.getvalue() == "1 connections encrypted with the first key.\n"
        settings.TELEPHONY_ENCRYPTION_KEYS = [new]
        connection = Connection.objects.get()
        assert (connection.settings["secret"], connection.hook_path) == (CANARY, path)
        settings.TELEPHONY_ENCRYPTION_KEYS = [old]
        with pytest.raises(ImproperlyConfigured):
            Connection.objects.get()

    def test_nothing_stays_nothing(self) -> None:
        field = Connection._meta.get_field("hook_secret")
        assert field.get_prep_value(None) is None
        assert field.from_db_value(None, None, database) is None
