"""Addresses and envelopes of 1C's world that are not as they should be, where what is meant is plain."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from telephony.models import Call, Connection, Delivery
from telephony.privacy.user_keys import make_hash
from telephony.vendors.mobilon.mending import UNDECLARED, mend
from tests.soap.messages import KEY, NUMBER, SOAP_11, SOAP_12, authorization, envelope
from tests.soap.requests import fault, post, said

RING = envelope("IncomingCall", NumFrom=NUMBER, Key=KEY)
BARE = RING.partition("?>")[2].strip()
PARAMETERS = f"<NumFrom>{NUMBER}</NumFrom><Key>{KEY}</Key>"
UNDECLARED_SOAP = BARE.replace(f' xmlns:soap="{SOAP_11}"', "")
ODD = {
    "undeclared prefix of the envelope": UNDECLARED_SOAP,
    "another one, with a header": UNDECLARED_SOAP.replace("soap:", "SOAP-ENV:").replace(
        "<SOAP-ENV:Body>", "<SOAP-ENV:Header><a/></SOAP-ENV:Header><SOAP-ENV:Body>"
    ),
    "undeclared prefix of the operation": (
        f'<soap:Envelope xmlns:soap="{SOAP_11}"><soap:Body><m:IncomingCall>{PARAMETERS}</m:IncomingCall>'
        "</soap:Body></soap:Envelope>"
    ),
    "undeclared prefix, and a namespace that is no address": (
        f'<soap:Envelope><soap:Body><IncomingCall xmlns="VATS">{PARAMETERS}</IncomingCall></soap:Body></soap:Envelope>'
    ),
    "undeclared prefixes of all": (
        f'<s:Envelope><s:Body><v:IncomingCall><v:NumFrom xsi:type="xsd:string">{NUMBER}</v:NumFrom>'
        f"<v:Key>{KEY}</v:Key></v:IncomingCall></s:Body></s:Envelope>"
    ),
    "no namespace at all": f"<Envelope><Body><IncomingCall>{PARAMETERS}</IncomingCall></Body></Envelope>",
    "NUL at the end": RING + "\x00\x00",
    "NUL inside": RING.replace("<NumFrom>", "<NumFrom>\x00"),
    "NUL before": "\x00" + RING,
    "blank lines before": "\r\n\r\n" + RING,
    "text before": "POST body:\n" + RING,
    "text after": RING + "\r\n0\r\n",
    "text around, and no declaration": f"data={BARE}&x=1",
    "declared twice": '<?xml version="1.0"?>' + RING,
    "a mark before a mark": "\ufeff\ufeff" + RING,
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
@pytest.mark.django_db
def test_what_is_meant_is_read(mobilon: Connection, body: str) -> None:
    assert said(post(body)) == "1"
    delivery = Delivery.objects.get()
    assert bytes(delivery.body) == body.encode()
    call = Call.objects.get()
    assert (call.client_raw, call.legs.get().key_hash) == (NUMBER, make_hash(KEY))


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
@pytest.mark.django_db
def test_at_the_webhook_s_address_too(mobilon: Connection, body: str) -> None:
    response = Client().generic("POST", mobilon.hook_path, body.encode(), content_type="text/plain")
    assert (response.status_code, response.content) == (200, b"ok")
    assert Call.objects.get().legs.get().key_hash == make_hash(KEY)


@pytest.mark.parametrize("body", [UNDECLARED_SOAP, ODD["no namespace at all"]])
@pytest.mark.django_db
def test_the_version_is_the_content_type_s(mobilon: Connection, body: str) -> None:
    assert said(post(body, content_type="application/soap+xml"), SOAP_12) == "1"


@pytest.mark.django_db(transaction=True)
def test_say_name_of_an_undeclared_prefix(mobilon: Connection, ivan: Any) -> None:
    body = f"<s:Envelope><s:Body><m:SayName><m:number>{NUMBER}</m:number></m:SayName></s:Body></s:Envelope>"
    response = post(body)
    assert said(response) == "Иван Иванов"
    assert UNDECLARED.encode() not in response.content


UNCLEAR = {
    "two envelopes": BARE + BARE,
    "no end": BARE.removesuffix("</soap:Envelope>"),
    "ends before it begins": f"</soap:Envelope>{BARE.removesuffix('</soap:Envelope>')}",
    "no envelope": f"text <IncomingCall>{PARAMETERS}</IncomingCall>",
    "a crossed tag": BARE.replace("</Key>", "</key>"),
    "a document type in the text before": "text <!DOCTYPE x>" + BARE,
}


@pytest.mark.parametrize("body", UNCLEAR.values(), ids=UNCLEAR)
@pytest.mark.django_db
def test_what_is_not_plain_is_refused(mobilon: Connection, body: str) -> None:
    said_of_it = fault(post(body))
    assert "no well-formed XML" in said_of_it or "(DTD) is refused" in said_of_it
    assert Delivery.objects.get().state == Delivery.State.FAILED


def test_what_is_declared_stays_as_it_is() -> None:
    assert mend(BARE, "text/xml") == BARE
    assert mend("nothing", "text/xml") == "nothing"


@pytest.mark.parametrize("name", ["VATS", "ImportTasks", "VATScalls"])
@pytest.mark.parametrize("suffix", [".1cws", ".1cws/", ".1CWS"])
@pytest.mark.django_db
def test_addresses_as_1c_publishes_them(mobilon: Connection, name: str, suffix: str) -> None:
    plain, odd = f"/telephony/ws/{name}", f"/telephony/ws/{name}{suffix}"
    assert said(post(RING, odd)) == "1"
    assert Client().get(f"{odd.rstrip('/')}?wsdl").content == Client().get(f"{plain}?wsdl").content
    without = Client().generic("POST", odd, RING.encode(), content_type="text/xml")
    assert (without.status_code, without.headers["WWW-Authenticate"][:5]) == (401, "Basic")
    assert Client().get(odd).status_code == 405
    other = Client().generic("POST", f"{plain}.1cwsx", b"", headers={"Authorization": authorization()})
    assert other.status_code == 404
