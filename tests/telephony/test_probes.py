"""How PBXs' cabinets, administrators and thin HTTP clients try an address: answered as expected, and no failures."""

from __future__ import annotations

import pytest
from django.test import Client

from telephony.intake import replay
from telephony.models import Call, Delivery
from telephony.vendors import installed
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
VENDORS = sorted(installed())
REFUSED = {"asterisk": 401, "itoolabs": 400}
"""Of these everything is signed, or holds a token: what says nothing proves nothing."""
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_zadarma_s_echo(vendor: str, method: str) -> None:
    connection = ConnectionFactory.create(vendor=vendor)
    if method == "GET":
        response = Client().get(f"{connection.hook_path}?zd_echo=abc123")
    else:
        response = Client().post(connection.hook_path, "zd_echo=abc123", content_type=FORM)
    assert (response.status_code, response.content) == (200, b"abc123")
    assert response.headers["Content-Type"].startswith("text/plain")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.needs_attention) == (Delivery.State.IGNORED, False)
    assert "checked this address" in delivery.error
    report = replay.replay(delivery=delivery)
    assert (report.state, report.error) == (Delivery.State.IGNORED, delivery.error)


@pytest.mark.parametrize(
    "query", ["zd_echo=", f"zd_echo={'x' * 65}", "zd_echo=%3Cb%3E", "zd_echo=1&event=2&call_id=1.1"]
)
def test_what_is_no_check_is_read_as_a_message(query: str) -> None:
    connection = ConnectionFactory.create(vendor="sipuni")
    response = Client().get(f"{connection.hook_path}?{query}")
    assert response.json() == {"success": True}
    assert Call.objects.exists() is ("call_id" in query)
    assert (Delivery.objects.get().state == Delivery.State.FAILED) is not Call.objects.exists()


def test_a_damaged_body_is_no_check() -> None:
    connection = ConnectionFactory.create(vendor="sipuni")
    for body in ("{", '{"zd_echo": '):
        Client().post(connection.hook_path, body, content_type=JSON)
        assert "The body is no JSON" in Delivery.objects.latest("pk").error


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    ("body", "content_type"), [("", JSON), ("\ufeff{}\x00", FORM), ("\r\n", ""), ("{}", JSON), ("[]", JSON)]
)
def test_a_request_that_says_nothing(vendor: str, body: str, content_type: str) -> None:
    connection = ConnectionFactory.create(vendor=vendor)
    for response in (
        Client().post(connection.hook_path, body, content_type=content_type),
        Client().get(connection.hook_path),
    ):
        if vendor in REFUSED:
            assert response.status_code == REFUSED[vendor]
            continue
        assert response.status_code == 200
        assert response.content in (b"", b"{}", b"ok", b'{"success": true}', b'{"ok": true}')
    states = {delivery.state for delivery in Delivery.objects.all()}
    assert states <= {Delivery.State.IGNORED}
    assert Delivery.objects.count() == 2 or vendor in REFUSED


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
@pytest.mark.parametrize("query", ["", "?zd_echo=1", "?number=1&key=2"])
def test_head_and_options_learn_that_the_address_is_right(vendor: str, method: str, query: str) -> None:
    connection = ConnectionFactory.create(vendor=vendor)
    response = Client().generic(method, connection.hook_path + query)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["Allow"] == "GET, POST, HEAD, OPTIONS"
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert Client().generic(method, f"/telephony/hooks/{vendor}/nobodys-secret/").status_code == 404
    assert not Delivery.objects.exists()
