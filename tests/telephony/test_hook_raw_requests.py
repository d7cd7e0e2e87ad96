"""Whatever a PBX sends is stored byte for byte and answered in the vendor's neutral shape."""

from __future__ import annotations

import json

import pytest

from telephony.models import Call, Connection, Delivery
from telephony.vendors import installed
from tests.rows import rows
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import Message, send

pytestmark = pytest.mark.django_db

NEUTRAL = {
    "sipuni": ("application/json; charset=utf-8", b'{"success": true}'),
    "wirecrm": ("application/json; charset=utf-8", b"{}"),
    "xvb": ("application/json; charset=utf-8", b"{}"),
    "mobilon": ("text/plain; charset=utf-8", b"ok"),
    "demo": ("application/json; charset=utf-8", b'{"ok": true}'),
}
SIGNING = ("zadarma", "mango")
"""Of these nothing is taken that is not signed."""
FORM = "application/x-www-form-urlencoded"
PART = b'--X\r\nContent-Disposition: form-data; name="event"\r\n\r\nNOTIFY_START\r\n'
RUSSIAN = "event=1&call_id=1&name=Вася"

BODIES = {
    "nothing at all": (b"", FORM),
    "blanks": (b"\r\n \t\r\n", FORM),
    "invalid UTF-8": (b"event=1&call_id=1&name=\xff\xfe\x80", FORM),
    "invalid UTF-8, escaped": (b"event=1&call_id=1&name=%FF%FE%80", FORM),
    "UTF-16": (RUSSIAN.encode("utf-16"), f"{FORM}; charset=utf-16"),
    "UTF-16 that says nothing": (RUSSIAN.encode("utf-16"), FORM),
    "windows-1251": (RUSSIAN.encode("cp1251"), f"{FORM}; charset=windows-1251"),
    "windows-1251 that says nothing": (RUSSIAN.encode("cp1251"), FORM),
    "a charset that there is not": (RUSSIAN.encode(), f"{FORM}; charset=klingon"),
    "a charset that is no text": (RUSSIAN.encode(), f"{FORM}; charset=base64"),
    "NUL bytes": (b"event=1\x00&call_id=1\x00\x00&src_num=\x00&%00=%00", FORM),
    "1,001 fields": (b"&".join(b"f%d=%d" % (n, n) for n in range(1001)), FORM),
    "30,000 fields": (b"&".join(b"f%d=" % n for n in range(30000)), FORM),
    "duplicate fields": (b"event=1&event=2&call_id=1&call_id=2&event=", FORM),
    "a huge value": (b"event=1&call_id=" + b"9" * 200_000, FORM),
    "a huge name": (b"x" * 200_000 + b"=1", FORM),
    "garbage after percent signs": (b"event=%&call_id=%zz&a=%u0041&%%%=%", FORM),
    "only separators": (b"&&&===&&;;", FORM),
    "multipart without its end": (PART, "multipart/form-data; boundary=X"),
    "multipart, wrong boundary": (PART + b"--X--\r\n", "multipart/form-data; boundary=Y"),
    "multipart without a boundary": (PART + b"--X--\r\n", "multipart/form-data"),
    "multipart, empty": (b"--X--\r\n", "multipart/form-data; boundary=X"),
    "multipart, boundary too long": (PART, "multipart/form-data; boundary=" + "X" * 5000),
    "multipart, headers without an end": (b"--X\r\nContent-Disposition: form-data", "multipart/form-data; boundary=X"),
    "JSON instead of a form": (b'{"event": "1", "call_id": "1"}', "application/json"),
    "JSON that says it is a form": (b'{"event": "1", "call_id": "1"}', FORM),
    "JSON, truncated": (b'{"event": "1", "call_', "application/json"),
    "JSON, a list": (b'[{"event": 1}]', "application/json"),
    "JSON, deep": (b'{"event": ' + b"[" * 100_000, "application/json"),
    "JSON, deep and closed": (b'{"event": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "application/json"),
    "JSON, surrogates and NUL": (b'{"event": "\\ud800\\u0000", "uuid": "\\udfff"}', "application/json"),
    "JSON, endless numbers": (b'{"duration": ' + b"9" * 100_000 + b', "time": 1e999999}', "application/json"),
    "XML": (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "text/xml"),
    "an unknown content type": (b"event=1&call_id=1", "x-nonsense"),
    "a content type without end": (b"event=1&call_id=1", "multipart/form-data; boundary=\"X; charset='"),
    "binary": (bytes(range(256)) * 100, "application/octet-stream"),
}
QUERIES = {
    "garbage after percent signs": b"event=%&call_id=%zz&a=%u0041&%%%=%",
    "invalid UTF-8": b"event=1&call_id=\xff\xfe",
    "windows-1251": "event=1&name=Вася".encode("cp1251"),
    "NUL": b"event=1%00&call_id=%00",
    "1,001 fields": b"&".join(b"f%d=%d" % (n, n) for n in range(1001)),
    "duplicates": b"key=1&key=2&number=3&number=4",
    "only separators": b"&&&===&&;;",
    "placeholders": b"number={NUMBER]&key={KEY}",
}


@pytest.mark.parametrize("vendor", NEUTRAL)
def test_any_body_is_stored_as_it_is_and_answered_neutrally(vendor: str) -> None:
    connection = ConnectionFactory.create(vendor=vendor)
    with rows(database=True) as row:
        for name, (body, content_type) in BODIES.items():
            with row(name):
                is_stored_and_answered_neutrally(connection, body, content_type)


def is_stored_and_answered_neutrally(connection: Connection, body: bytes, content_type: str) -> None:
    response = send(connection, Message(body=body, content_type=content_type))
    answer = (response.status_code, response.headers["Content-Type"], response.content)
    assert answer == (200, *NEUTRAL[connection.vendor])
    delivery = Delivery.objects.get()
    assert bytes(delivery.body) == body
    assert bytes(delivery.query) == b""
    assert delivery.headers.get("content-type", "") == (content_type if body else "")
    assert delivery.state != Delivery.State.RECEIVED, delivery.error
    assert delivery.error or delivery.state == Delivery.State.APPLIED


@pytest.mark.parametrize("vendor", SIGNING)
def test_any_body_that_is_not_signed_is_refused_or_changes_nothing(vendor: str) -> None:
    connection = ConnectionFactory.create(vendor=vendor, settings={"secret": "x", "api_key": "y", "api_salt": "z"})
    with rows(database=True) as row:
        for name, (body, content_type) in BODIES.items():
            with row(name):
                response = send(connection, Message(body=body, content_type=content_type))
                assert response.status_code in (200, 401)
                delivery = Delivery.objects.first()
                assert (delivery is None) is (response.status_code == 401)
                assert delivery is None or delivery.state == Delivery.State.IGNORED
                assert not Call.objects.exists()


@pytest.mark.parametrize("vendor", NEUTRAL)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_any_query_is_stored_as_it_is_and_answered_neutrally(vendor: str, method: str) -> None:
    connection = ConnectionFactory.create(vendor=vendor)
    with rows(database=True) as row:
        for name, query in QUERIES.items():
            with row(name):
                response = send(connection, Message(method=method), QUERY_STRING=query.decode("latin-1"))
                assert (response.status_code, response.content) == (200, NEUTRAL[vendor][1])
                delivery = Delivery.objects.get()
                assert (bytes(delivery.query), bytes(delivery.body), delivery.method) == (query, b"", method)
                assert delivery.state != Delivery.State.RECEIVED, delivery.error


@pytest.mark.parametrize("vendor", NEUTRAL)
def test_a_get_instead_of_a_post_is_taken(vendor: str) -> None:
    connection = ConnectionFactory.create(vendor=vendor)
    response = send(connection, Message(method="GET"))
    assert (response.status_code, response.content) == (200, NEUTRAL[vendor][1])
    assert Delivery.objects.get().state == Delivery.State.IGNORED


def test_what_is_covered_here_is_installed() -> None:
    """PBXs that sign refuse such requests, and one says 400 to what it does not know: their payloads tell."""
    assert {*NEUTRAL, *SIGNING} <= set(installed())


@pytest.mark.parametrize("charset", ["; charset=windows-1251", ""])
def test_windows_1251_is_read(charset: str) -> None:
    connection = ConnectionFactory.create(vendor="sipuni")
    body = "event=1&call_id=Звонок&src_type=1&dst_type=1&src_num=79201119613&timestamp=1706522400".encode("cp1251")
    send(connection, Message(body=body, content_type=FORM + charset))
    assert Call.objects.get().external_id == "Звонок"


def test_json_instead_of_a_form_is_read() -> None:
    connection = ConnectionFactory.create(vendor="sipuni")
    told = {"event": 1, "call_id": "1.10", "src_type": 1, "dst_type": 1, "src_num": "79201119613"}
    send(connection, Message(body=json.dumps(told).encode(), content_type="application/json"))
    assert Call.objects.get().client_e164 == "+79201119613"


def test_a_misspelt_placeholder_is_ignored_and_asks_for_attention() -> None:
    connection = ConnectionFactory.create(vendor="mobilon")
    send(connection, Message(method="GET"), QUERY_STRING="number={NUMBER]&key={KEY}")
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.needs_attention) == (Delivery.State.IGNORED, True)
    assert "number={NUMBER]" in delivery.error
    assert "?number={NUMBER}&key={KEY}" in delivery.error
    assert not Call.objects.exists()
