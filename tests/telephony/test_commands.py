"""`manage.py connection` and `extension`: what scripts read, and mistakes that name their field."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from telephony.management.errors import readable
from telephony.models import Connection, Extension
from telephony.privacy.user_keys import label, make_hash
from telephony.vendors import installed
from tests.telephony.factories import ConnectionFactory, ExtensionFactory, make_user
from tests.telephony.messages import deliver, only_call, sipuni_rings

pytestmark = pytest.mark.django_db


def run(*arguments: Any) -> list[str]:
    out = StringIO()
    call_command(*(str(argument) for argument in arguments), stdout=out)
    return out.getvalue().splitlines()


def test_connection_add_prints_json_for_scripts() -> None:
    shown = json.loads(
        *run("connection", "add", "sipuni", "--name", "Москва", "--set", "user=012345", "secret=a=b", "--json")
    )
    connection = Connection.objects.get()
    assert shown == {
        "id": connection.pk,
        "vendor": "sipuni",
        "name": "Москва",
        "enabled": True,
        "time_zone": "Europe/Moscow",
        "phone_region": "RU",
        "hook_path": f"/telephony/hooks/sipuni/{connection.hook_secret}/",
        "fetch_recordings": True,
        "keep_recordings_days": None,
        "longest_recording": 200,
        "recording_hosts": [],
        "allow_ftp": False,
        "internal_networks": [],
        "sender_networks": [],
    }
    assert (connection.settings["user"], connection.settings["secret"]) == ("012345", "a=b")
    assert Client().get(shown["hook_path"]).status_code == 200


def test_connection_add_takes_zone_region_and_settings_in_groups() -> None:
    options = ["--timezone", "Asia/Almaty", "--region", "kz", "--set", "access_code=1", "--set", "token=2"]
    run("connection", "add", "xvb", "--name", "Алматы", *options)
    connection = Connection.objects.get()
    assert (connection.time_zone, connection.phone_region) == ("Asia/Almaty", "KZ")
    assert connection.settings == {"access_code": "1", "token": "2", "cloud_url": ""}


def test_connection_add_prints_the_address_with_its_placeholders() -> None:
    lines = run("connection", "add", "mobilon", "--name", "Склад")
    connection = Connection.objects.get()
    assert lines == [
        f"{connection.pk}  mobilon  Склад",
        f"    {connection.hook_path}?number={{NUMBER}}&key={{KEY}}",
    ]


def test_connection_list() -> None:
    first, second = ConnectionFactory.create(name="Б"), ConnectionFactory.create(name="А", enabled=False)
    assert [json.loads(line)["id"] for line in run("connection", "list", "--json")] == [first.pk, second.pk]
    assert run("connection", "list")[2:] == [f"{second.pk}  sipuni  А (disabled)", f"    {second.hook_path}"]


def test_connection_list_shows_one_whose_vendor_is_gone() -> None:
    ConnectionFactory.create(vendor="gone")
    assert "gone" in run("connection", "list")[0]


def test_connection_rotate_prints_the_new_address() -> None:
    connection = ConnectionFactory.create()
    shown = json.loads(*run("connection", "rotate", connection.pk, "--json"))
    assert shown["id"] == connection.pk
    assert shown["hook_path"] not in (connection.hook_path, "")
    assert Client().get(shown["hook_path"]).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (
            ["add", "avaya", "--name", "A"],
            f"vendor: there is no 'avaya'; there are: {', '.join(installed())}",
        ),
        (["add", "sipuni"], "the following arguments are required: --name"),
        (["add", "sipuni", "--name", " "], "name: This field cannot be blank."),
        (["add", "sipuni", "--name", "A", "--set", "user"], "--set user: write it as key=value."),
        (["add", "sipuni", "--name", "A", "--set", "usr=1"], "usr: Sipuni has no such setting"),
        (["add", "itoolabs", "--name", "A", "--set", "variant=mts"], "It takes: megafon"),
        (["add", "sipuni", "--name", "A", "--timezone", "Moscow"], "time_zone: Moscow is no time zone"),
        (["add", "sipuni", "--name", "A", "--region", "Russia"], "phone_region: RUSSIA is no country code"),
        (["add", "sipuni", "--name", "A", "--set", "api_url=x y"], "api_url: Enter a valid URL."),
        (["rotate", "77"], "id: there is no connection 77; `connection list` shows them."),
        ([], "add|set|list|rotate"),
    ],
)
def test_connection_mistakes_are_named(arguments: list[str], error: str) -> None:
    with pytest.raises(CommandError) as raised:
        run("connection", *arguments)
    assert error in str(raised.value)
    assert not Connection.objects.exists()


def test_extension_add_and_list() -> None:
    connection = ConnectionFactory.create(name="Москва")
    anna = make_user("anna")
    deliver(connection, sipuni_rings(0, "101"))
    shown = json.loads(*run("extension", "add", connection.pk, "--user", "anna", "--number", "101", "--json"))
    extension = Extension.objects.get()
    expected = {"id": extension.pk, "connection": connection.pk, "user": "anna", "number": "101", "key": ""}
    assert shown == expected
    assert only_call().responsible == anna  # Earlier calls are given to their users.
    run("extension", "add", connection.pk, "--user", "anna", "--key", "gW3c")
    assert [json.loads(line)["key"] for line in run("extension", "list", "--json")] == ["", label(make_hash("gW3c"))]
    assert run("extension", "list")[0] == f"{extension.pk}  Москва  anna  101  "


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["add", "77", "--user", "anna", "--number", "1"], "connection: there is no 77"),
        (["add", "{id}", "--user", "nobody", "--number", "1"], "user: there is no 'nobody'"),
        (["add", "{id}", "--user", "anna"], "Give the internal number, the key, or both."),
        (["add", "{id}", "--user", "anna", "--number", "101"], "This internal number is somebody's already"),
        (["add", "{id}", "--user", "anna", "--number", "1" * 51], "number: Ensure this value has at most 50"),
    ],
)
def test_extension_mistakes_are_named(arguments: list[str], error: str) -> None:
    taken = ExtensionFactory.create(number="101")
    make_user("anna")
    with pytest.raises(CommandError) as raised:
        run("extension", *(argument.format(id=taken.connection_id) for argument in arguments))
    assert error in str(raised.value)
    assert Extension.objects.count() == 1


def test_an_error_without_fields_is_readable_too() -> None:
    assert readable(ValidationError(["One.", "Two."])) == "One.; Two."
