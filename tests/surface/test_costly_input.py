"""Inputs that were a fault once, or cost seconds: one of each kind. `test_sweep.py` sends all to all addresses."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import User
from django.test import Client

from crm.imports.reading import vcard
from crm.models import Task
from crm.selectors.timeline import read_cursor
from telephony.domain import charsets
from telephony.domain.exceptions import MalformedHook
from telephony.models import Connection, Delivery
from telephony.vendors.mobilon.decoding import decode
from tests.surface.evil import BODIES
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
QUICK = 3.0
"""Seconds of a processor for what took more than one."""
COSTLY = ("punycode", "idna", "utf-7", "zlib", "bz2", "base64", "hex", "rot13", "unicode_escape", "x" * 5000, "\x00")


@pytest.fixture
def connection() -> Connection:
    made: Connection = ConnectionFactory.create(vendor="demo")
    return made


@pytest.fixture
def owner() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("owner", "", "x"))
    return client


@pytest.mark.parametrize("name", COSTLY)
def test_charsets_that_no_pbx_uses_are_not_read(name: str) -> None:
    assert charsets.known(name) is None


@pytest.mark.parametrize("name", ["UTF-8", "windows-1251", "cp1251", "KOI8-R", "iso-8859-1", "UTF-16LE", "us-ascii"])
def test_charsets_that_pbxs_use_are_read(name: str) -> None:
    assert "ы".encode(charsets.known(name) or "", "replace")


@pytest.mark.parametrize("name", BODIES)
def test_every_body_is_stored_and_answered_at_once(connection: Connection, name: str) -> None:
    kind, body = BODIES[name]
    begun = time.process_time()
    answer = Client().generic("POST", connection.hook_path, body, kind)
    assert time.process_time() - begun < QUICK
    assert answer.status_code == 200
    assert bytes(Delivery.objects.get().body) == body


def test_a_soap_message_in_punycode_is_refused_at_once() -> None:
    begun = time.process_time()
    with pytest.raises(MalformedHook, match="punycode"):
        decode(b"<a/>" + b"a" * 60_000, "text/xml; charset=punycode")
    assert time.process_time() - begun < QUICK


def test_a_card_in_punycode_is_read_as_utf_8() -> None:
    begun = time.process_time()
    assert vcard._unquoted("a" * 200_000 + "-b", "punycode").endswith("-b")
    assert time.process_time() - begun < QUICK


@pytest.mark.parametrize("path", ["/api/v1/contacts/", "/api/v1/notes/", "/api/v1/dials/"])
def test_the_api_refuses_what_is_nested_too_deeply(owner: Client, path: str) -> None:
    for name in ("deep json", "deep objects", "closed deep json", "json of digits", "json in punycode"):
        kind, body = BODIES[name]
        answer = owner.post(path, body, kind, headers={"Idempotency-Key": "a-key-of-mine"})
        assert answer.status_code == 400, name


@pytest.mark.parametrize("text", [r"a\u0000b", r"\ud800"])
def test_the_api_refuses_text_that_no_database_stores(owner: Client, text: str) -> None:
    body = f'{{"name": "x", "responsible": "{text}", "tags": ["{text}"]}}'
    answer = owner.post("/api/v1/contacts/", body, "application/json")
    assert answer.status_code == 400
    assert all("NUL" in answer.json()[name][0] for name in ("responsible", "tags"))


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_a_task_of_the_year_1_can_not_be_made(owner: Client, year: str) -> None:
    sent = {"title": "Call", "due_at": f"{year}-01-01T00:00:00+03:00"}
    answer = owner.post("/api/v1/tasks/", sent, "application/json")
    assert answer.status_code == 400
    assert "due_at" in answer.json()
    owner.post("/crm/tasks/", {"title": "Call", "due_at": f"{year}-01-01T00:00"})
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    "cursor",
    ["9999-99-99T00:00:00Z_call_1", "0001-01-01T00:00:00+14:00_call_1", "2026-01-01T00:00:00Z_call_" + "9" * 5000],
)
def test_cursors_of_nothing_are_the_first_page(cursor: str) -> None:
    assert read_cursor(cursor) is None


@pytest.mark.parametrize(
    "path",
    [
        "/admin/crm/apitoken/a%00b/change/",
        "/admin/auth/user/1/change/?_to_field=",
        "/admin/telephony/connection/" + "9" * 5000 + "/change/",
        "/admin/telephony/listening/?recording__id__exact=a%00b",
        "/crm/contacts/?q=a%00b",
        "/admin/telephony/recording/?p=" + "9" * 5000,
        "/admin/telephony/recording/?p=1" + "0" * 30,
    ],
)
def test_addresses_of_nothing_are_no_faults(owner: Client, path: str) -> None:
    assert owner.get(path).status_code < 500


def test_a_query_with_nul_is_stored_as_it_came(connection: Connection) -> None:
    Client().get(f"{connection.hook_path}?event=ring%00ing&call=1")
    assert b"%00" in bytes(Delivery.objects.get().query)
