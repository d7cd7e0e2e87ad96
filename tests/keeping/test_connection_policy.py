"""What a connection does with recordings, and where its requests may go: in the form and on the command line."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from telephony.models import Connection, Recording
from tests.admin.conftest import owner  # noqa: F401  (a fixture)
from tests.admin.pages import page_of
from tests.keeping.world import play_call
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
ADD = "/admin/telephony/connection/add/?vendor=sipuni"
OWN = {"name": "Офис", "enabled": "on", "time_zone": "Asia/Omsk", "phone_region": "KZ", "fetch_recordings": "on"}
POLICY = (
    "fetch_recordings",
    "keep_recordings_days",
    "longest_recording",
    "recording_hosts",
    "allow_ftp",
    "internal_networks",
    "sender_networks",
)


def policy(connection: Connection) -> dict[str, Any]:
    connection.refresh_from_db()
    return {name: getattr(connection, name) for name in POLICY}


DEFAULTS = {
    "fetch_recordings": True,
    "keep_recordings_days": None,
    "longest_recording": 200,
    "recording_hosts": [],
    "allow_ftp": False,
    "internal_networks": [],
    "sender_networks": [],
}


class TestForm:
    def test_it_is_saved(self, owner: Client) -> None:  # noqa: F811
        fields = {
            "keep_recordings_days": "90",
            "longest_recording": "50",
            "recording_hosts": "PBX.example.ru\n\n records.example.ru \npbx.example.ru",
            "allow_ftp": "on",
            "internal_networks": "192.168.1.0/24\r\nfd00::/8",
            "sender_networks": "203.0.113.7\r\n198.51.0.0/16",
        }
        owner.post(ADD, {**OWN, **fields})
        assert policy(Connection.objects.get()) == {
            "fetch_recordings": True,
            "keep_recordings_days": 90,
            "longest_recording": 50,
            "recording_hosts": ["pbx.example.ru", "records.example.ru"],
            "allow_ftp": True,
            "internal_networks": ["192.168.1.0/24", "fd00::/8"],
            "sender_networks": ["203.0.113.7", "198.51.0.0/16"],
        }
        html = owner.get(page_of(Connection.objects.get())).text
        assert "pbx.example.ru\nrecords.example.ru</textarea>" in html

    def test_left_empty_it_is_the_default(self, owner: Client) -> None:  # noqa: F811
        owner.post(ADD, OWN)
        assert policy(Connection.objects.get()) == DEFAULTS

    @pytest.mark.parametrize(
        ("field", "value", "error"),
        [
            ("recording_hosts", "pbx.example.ru\nhttps://pbx.example.ru/x", "https://pbx.example.ru/x is no host name"),
            ("internal_networks", "10.0.0.0/8\nserver room", "server room is no network"),
            ("internal_networks", "10.0.0.1/8", "10.0.0.1/8 is no network"),
            ("sender_networks", "0.0.0.0/0\nthe PBX", "the pbx is no network"),
            ("longest_recording", "0", "greater than or equal to 1"),
            ("longest_recording", "90000", "less than or equal to 2000"),
            ("keep_recordings_days", "0", "greater than or equal to 1"),
        ],
    )
    def test_an_error_names_the_line(self, owner: Client, field: str, value: str, error: str) -> None:  # noqa: F811
        response = owner.post(ADD, {**OWN, field: value})
        form = response.context["adminform"].form
        assert list(form.errors) == [field]
        assert error in form.errors[field][0]

    def test_new_settings_try_refused_recordings_again(self, owner: Client) -> None:  # noqa: F811
        connection = ConnectionFactory.create()
        play_call(connection).recordings.update(state="refused", reason="forbidden_address")
        owner.post(page_of(connection), {**OWN, "internal_networks": "10.0.0.0/8"})
        assert Recording.objects.get().state == "expected"

    def test_a_kind_of_pbx_without_settings_has_them_too(self, owner: Client) -> None:  # noqa: F811
        html = owner.get("/admin/telephony/connection/add/?vendor=demo").text
        assert 'name="keep_recordings_days"' in html


def run(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("connection", *arguments, "--json", stdout=out)
    shown: dict[str, Any] = json.loads(out.getvalue())
    return shown


class TestCommand:
    def test_a_connection_is_added_with_it(self) -> None:
        shown = run(
            *("add", "xvb", "--name", "A", "--keep-recordings-days", "30", "--link-only", "--longest-recording", "20"),
            *("--recording-hosts", "A.example", "b.example", "--allow-ftp", "--internal-networks", "10.0.0.0/8"),
            *("--sender-networks", "203.0.113.7"),
        )
        wanted = {
            "fetch_recordings": False,
            "keep_recordings_days": 30,
            "longest_recording": 20,
            "recording_hosts": ["a.example", "b.example"],
            "allow_ftp": True,
            "internal_networks": ["10.0.0.0/8"],
            "sender_networks": ["203.0.113.7"],
        }
        assert {name: shown[name] for name in POLICY} == wanted == policy(Connection.objects.get())

    def test_set_changes_what_it_names_and_nothing_else(self) -> None:
        run("add", "xvb", "--name", "A", "--set", "access_code=10019", "token=t", "--recording-hosts", "a.example")
        connection = Connection.objects.get()
        before = dict(connection.settings)
        number = str(connection.pk)
        told = ("--set", "cloud_url=https://c.example/", "token=t")
        run("set", number, "--keep-recordings-days", "7", "--no-link-only", *told)
        assert policy(connection) == {**DEFAULTS, "keep_recordings_days": 7, "recording_hosts": ["a.example"]}
        assert connection.settings == {**before, "cloud_url": "https://c.example/"}
        run("set", number, "--keep-recordings-days", "0", "--recording-hosts", "--allow-ftp", "--link-only")
        assert policy(connection) == {**DEFAULTS, "allow_ftp": True, "fetch_recordings": False}

    def test_link_only_leaves_what_was_not_begun(self) -> None:
        connection = ConnectionFactory.create()
        play_call(connection)
        run("set", str(connection.pk), "--link-only")
        assert Recording.objects.get().state == "linked"

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            (["set", "987654321", "--allow-ftp"], "id: there is no connection 987654321"),
            (["set", "ID"], "Say what to change"),
            (["set", "ID", "--internal-networks", "office"], "internal_networks: office is no network"),
            (["set", "ID", "--longest-recording", "0"], "longest_recording: Ensure this value is greater"),
            (["set", "ID", "--set", "usr=1"], "usr: Sipuni has no such setting"),
            (["add", "sipuni", "--name", "B", "--recording-hosts", "http://x"], "recording_hosts: http://x is no host"),
        ],
    )
    def test_mistakes_are_named(self, arguments: list[str], error: str) -> None:
        connection = ConnectionFactory.create()
        with pytest.raises(CommandError, match=error):
            run(*[str(connection.pk) if word == "ID" else word for word in arguments])
        assert policy(connection) == DEFAULTS
