"""Whatever is wrong is told in a SOAP Fault, with the right status, and kept in the inbox."""

from __future__ import annotations

import pytest

from telephony.intake.replay import replay
from telephony.models import Call, Connection, Delivery
from tests.soap.messages import KEY, NUMBER, SOAP_11, SOAP_12, envelope
from tests.soap.requests import fault, post

pytestmark = pytest.mark.django_db
RING = envelope("IncomingCall", NumFrom=NUMBER, Key=KEY)
TOO_DEEP = "<a>" * 40 + "</a>" * 40

UNREADABLE = {
    "nothing": ("", "The body is empty."),
    "blanks": (" \r\n", "The body is empty."),
    "no XML": ("number=1&key=2", "no well-formed XML"),
    "JSON": ('{"uuid": 1}', "no well-formed XML"),
    "half an envelope": (RING[:-30], "no well-formed XML"),
    "another document": ("<html><body/></html>", "no SOAP envelope of version 1.1 or 1.2"),
    "an envelope of nobody's": (RING.replace(SOAP_11, "urn:x"), "no SOAP envelope of version 1.1 or 1.2"),
    "no Body": (f'<e:Envelope xmlns:e="{SOAP_11}"/>', "no operation in its Body"),
    "an empty Body": (f'<e:Envelope xmlns:e="{SOAP_11}"><e:Body> x </e:Body></e:Envelope>', "no operation in its Body"),
    "a document type": ("<!DOCTYPE x>" + RING.partition("?>")[2], "A document type (DTD) is refused."),
    "an entity": (RING.replace(NUMBER, "&x;"), "no well-formed XML"),
    "an unknown encoding": (RING.replace('"utf-8"', '"utf-7"'), "The encoding 'utf-7' is not read here"),
    "an encoding that there is not": (RING.replace('"utf-8"', '"klingon"'), "The encoding 'klingon' is not read here"),
    "another encoding than it says": (
        RING.replace(KEY, "Ключ").encode("cp1251"),
        "The body is not in its encoding, UTF-8",
    ),
    "too many elements": (RING.replace(KEY, "<a/>" * 200), "More than 200 elements."),
    "far too many elements": (RING.replace(KEY, "<a/>" * 9000), "More than 200 elements."),
    "too many attributes": (
        RING.replace("<Key>", "<Key " + " ".join(f'a{n}="1"' for n in range(64)) + ">"),
        "More than 64 attributes.",
    ),
    "far too many attributes": (
        RING.replace("<Key>", "<Key " + " ".join(f'a{n}="1"' for n in range(5000)) + ">"),
        "More than 64 attributes.",
    ),
    "too many namespaces": (
        RING.replace("<Key>", "<Key " + " ".join(f'xmlns:a{n}="x:{n}"' for n in range(64)) + ">"),
        "More than 64 attributes.",
    ),
    "too deep": (RING.replace(KEY, TOO_DEEP), "Elements are nested more than 32 deep."),
}
NO_MEANING = {
    "an unknown operation": (
        envelope("Delete", "http://VATS"),
        "There is no operation Delete; there are SayName, IncomingCall, Event.",
    ),
    "an operation in lower case": (envelope("sayname", number="1"), "There is no operation sayname"),
    "no parameters": (envelope("IncomingCall"), "IncomingCall: NumFrom and Key missing."),
    "empty parameters": (envelope("IncomingCall", NumFrom="", Key=""), "number and key: both missing or empty."),
    "no Data": (envelope("Event"), "Event: Data missing."),
    "empty Data": (envelope("Event", Data=""), "Data: "),
    "Data that is no JSON": (envelope("Event", Data="START"), "Data: The body is no JSON"),
    "Data that is a list": (envelope("Event", Data="[1]"), "Data: The JSON body is no object"),
    "Data without a uuid": (envelope("Event", Data='{"state": "START"}'), "Data: uuid: missing or empty."),
    "a long key": (envelope("IncomingCall", Key="9" * 300), "number and key: both missing or empty."),
}


@pytest.mark.parametrize(("body", "reason"), UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("content_type", ["text/xml", "application/soap+xml", ""])
def test_what_is_no_soap_request_is_a_400(
    mobilon: Connection, body: str | bytes, reason: str, content_type: str
) -> None:
    response = post(body, content_type=content_type)
    # Django's test client sends no content type without a body.
    version = SOAP_12 if "soap" in content_type and body else SOAP_11
    assert (response.status_code, reason in fault(response, version)) == (400, True), response.content.decode()
    _is_kept(body if isinstance(body, bytes) else body.encode(), fault(response, version))


@pytest.mark.parametrize(("body", "reason"), NO_MEANING.values(), ids=NO_MEANING)
@pytest.mark.parametrize(("version", "status"), [(SOAP_11, 500), (SOAP_12, 400)])
def test_what_means_nothing_has_the_status_that_soap_prescribes(
    mobilon: Connection, body: str, reason: str, version: str, status: int
) -> None:
    body = body.replace(SOAP_11, version)
    response = post(body)
    assert (response.status_code, reason in fault(response, version)) == (status, True), response.content.decode()
    code = "soap:Client" if version == SOAP_11 else "soap:Sender"
    assert code in response.content.decode()
    _is_kept(body.encode(), fault(response, version))
    delivery = Delivery.objects.get()
    assert (replay(delivery=delivery).state, delivery.error) == (Delivery.State.FAILED, fault(response, version))


def test_a_body_over_64_kib_is_a_413_and_its_beginning_is_kept(mobilon: Connection) -> None:
    body = (RING + " " * 70_000).encode()
    response = post(body)
    assert (response.status_code, fault(response)) == (413, "The body is larger than 64 KiB.")
    _is_kept(body[: 64 * 1024 + 1], "The body is larger than 64 KiB.")
    assert replay(delivery=Delivery.objects.get()).error == "The body is larger than 64 KiB."
    full = RING.encode().ljust(64 * 1024)
    assert post(full).status_code == 200


def test_a_soap_request_to_the_webhook_s_address_is_read_too(mobilon: Connection) -> None:
    assert post(RING, mobilon.hook_path, login=None).content == b"ok"
    assert Call.objects.get().client_raw == NUMBER


def _is_kept(body: bytes, reason: str) -> None:
    delivery = Delivery.objects.get()
    assert (bytes(delivery.body), delivery.state, delivery.error) == (body, Delivery.State.FAILED, reason)
    assert not Call.objects.exists()
