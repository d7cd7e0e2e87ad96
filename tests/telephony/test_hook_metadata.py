"""What is stored of a request beside its body: headers without secrets, and who sent it."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from telephony.http.remote_address import remote_address
from telephony.models import Connection, Delivery
from telephony.privacy.masking import storable_headers
from telephony.vendors import secret_headers
from tests.telephony.messages import send, sipuni

SPOOFED, CLIENT, OUTER, INNER = "6.6.6.6", "198.51.100.7", "10.0.0.2", "10.0.0.1"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        *("Authorization", "Cookie", "Proxy-Authorization", "X-XVB-AC", "x-pbx-authentication", "X-Auth-Token"),
        *("X-Api-Key", "X-Hub-Signature-256", "X-Secret", "X-Password"),
    ],
)
def test_headers_are_stored_without_secrets(connection: Connection, name: str) -> None:
    send(connection, sipuni(1, 0), Client(headers={name: "canary-53cr3t", "User-Agent": "PBX/1.0"}))
    headers = Delivery.objects.get().headers
    assert headers[name.lower()] == "[hidden]"
    assert headers["user-agent"] == "PBX/1.0"
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert "canary" not in str(headers)


@pytest.mark.django_db
def test_a_header_that_repeats_the_address_is_stored_without_its_secret(connection: Connection) -> None:
    send(connection, sipuni(1, 0), Client(headers={"X-Original-URI": connection.hook_path + "?event=1"}))
    assert connection.hook_secret not in str(Delivery.objects.get().headers)


def test_vendors_name_headers_that_do_not_look_secret() -> None:
    assert "x-xvb-ac" in secret_headers()
    assert all(name == name.lower() for name in secret_headers())
    kept = storable_headers([("X-Pbx", "10019"), ("X-Other", "10019")], secret_names={"x-pbx"})
    assert kept == {"X-Pbx": "[hidden]", "X-Other": "10019"}


def test_headers_are_stored_without_what_no_database_stores() -> None:
    assert storable_headers([("a", "1\x002"), ("b", "x\ud800y")]) == {"a": "12", "b": "x?y"}


@pytest.mark.parametrize(
    ("proxies", "forwarded", "peer", "expected"),
    [
        (0, "", CLIENT, CLIENT),
        (0, SPOOFED, CLIENT, CLIENT),
        (1, "", CLIENT, CLIENT),
        (1, CLIENT, INNER, CLIENT),
        (1, f"{SPOOFED}, {CLIENT}", INNER, CLIENT),
        (1, f"{SPOOFED},,  {CLIENT} ", INNER, CLIENT),
        (1, f"{SPOOFED}, {CLIENT}", "", CLIENT),
        (2, f"{CLIENT}, {OUTER}", INNER, CLIENT),
        (2, f"{SPOOFED}, {SPOOFED}, {CLIENT}, {OUTER}", INNER, CLIENT),
        (2, CLIENT, INNER, CLIENT),
        (0, "", "", ""),
        (1, "2001:db8::7", INNER, "2001:db8::7"),
        (1, "x" * 500, INNER, "x" * 64),
        (1, "1.2.3.4\x00", INNER, "1.2.3.4"),
    ],
)
def test_the_sender_is_who_the_outermost_of_our_proxies_saw(
    settings: Settings, proxies: int, forwarded: str, peer: str, expected: str
) -> None:
    settings.TELEPHONY_TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert remote_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer)) == expected


@pytest.mark.django_db
def test_the_sender_is_stored(connection: Connection, settings: Settings) -> None:
    settings.TELEPHONY_TRUSTED_PROXIES = 1
    send(connection, sipuni(1, 0), REMOTE_ADDR=INNER, HTTP_X_FORWARDED_FOR=f"{SPOOFED}, {CLIENT}")
    assert Delivery.objects.get().remote_address == CLIENT
